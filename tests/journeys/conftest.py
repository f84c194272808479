"""Long journeys run only when `-m campaign` asks for them."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known, also where only these tests are collected."""
    config.addinivalue_line("markers", "campaign: many random runs: minutes")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long journeys out, unless marks are asked for."""
    if config.getoption("markexpr"):
        return
    long = [item for item in items if item.get_closest_marker("campaign")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]
