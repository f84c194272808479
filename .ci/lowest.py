"""Prints pip constraints that pin every dependency of pyproject.toml to the lowest version it admits."""

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def constraints() -> list[str]:
    """Return a line `name==version` for each run-time and test dependency."""
    project = tomllib.loads(PROJECT.read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    stated = [*project["dependencies"], *extras["keyring"], *extras["parquet"], *extras["test"]]
    stated = [each for each in stated if not each.startswith(project["name"])]  # an extra of our own
    return [re.sub(r"\s*>=\s*", "==", each.split(";")[0].split(",")[0].strip()) for each in stated]


if __name__ == "__main__":
    print("\n".join(constraints()))  # noqa: T201 - this is its output
