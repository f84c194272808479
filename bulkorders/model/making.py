"""Frozen values of which a sheet has a million, made in a third of the time."""

import dataclasses
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

Fields = ParamSpec("Fields")
Made = TypeVar("Made")


def maker_of(kind: Callable[Fields, Made]) -> Callable[Fields, Made]:
    """Return what makes values of a frozen dataclass with slots, as calling the class does.

    A frozen class fills each field by a call, and an order has seventeen. Here they are set in a class that
    has the same slots and is not frozen; then the value is told which class it is of, and is as any other.
    """
    named = getattr(kind, "__name__", "")
    fields = [(each.name, each.type, _like(each)) for each in dataclasses.fields(kind)]  # type: ignore[arg-type]  # a dataclass, which no type says

    def close(value: Any) -> None:
        value.__class__ = kind

    return dataclasses.make_dataclass(
        f"Open{named}", fields, namespace={"__post_init__": close}, slots=True, eq=False, repr=False
    )


def _like(field: dataclasses.Field[Any]) -> Any:
    """Return a field with the same default."""
    if field.default is not dataclasses.MISSING:
        return dataclasses.field(default=field.default)
    if field.default_factory is not dataclasses.MISSING:
        return dataclasses.field(default_factory=field.default_factory)
    return dataclasses.field()
