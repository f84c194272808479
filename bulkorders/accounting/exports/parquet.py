"""The ledger as Parquet: amounts as exact decimals, days as dates, times with their zone."""

import io
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bulkorders.accounting.exports.lines import Line
from bulkorders.accounting.exports.table import Column, Kind, Value, columns
from bulkorders.accounting.exports.terms import Made, Terms
from bulkorders.errors import CallError

if TYPE_CHECKING:
    from types import ModuleType

USUAL = (38, 18)
"""Digits in all, and after the point, that an amount has room for: the same in every file, so that files stack."""

WIDE = (76, 38)
"""Digits where an amount has more than that."""


def made(lines: Sequence[Line], terms: Terms) -> list[Made]:
    """Return one file of all lines. Raises CallError `export.no_pyarrow`, or `export.too_long` (line, amount)."""
    arrow, parquet = _library()
    arrays, fields = [], []
    for column in columns(terms):
        values = [_plain(column, column.read(line)) for line in lines]
        kind = _type(arrow, column, values, lines)
        arrays.append(arrow.array(values, type=kind))
        fields.append(arrow.field(column.name, kind))
    table = arrow.Table.from_arrays(arrays, schema=arrow.schema(fields))
    kept = io.BytesIO()
    parquet.write_table(table, kept, compression="zstd")
    return [Made("", kept.getvalue(), len(lines))]


def _library() -> "tuple[ModuleType, ModuleType]":
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra, and heavy
        import pyarrow.parquet as pq  # noqa: PLC0415 - as above
    except ImportError:
        raise CallError("export.no_pyarrow") from None
    return pa, pq


def _plain(column: Column, value: Value) -> Any:
    return datetime.fromisoformat(str(value)) if column.kind == "moment" and value else value


def _type(arrow: Any, column: Column, values: Sequence[Any], lines: Sequence[Line]) -> Any:
    """Return the type of a column; that of amounts has room for each of them."""
    if column.kind == "amount":
        if all(_fits(value, *USUAL) for value in values):
            return arrow.decimal128(*USUAL)
        for line, value in zip(lines, values, strict=True):
            if not _fits(value, *WIDE):
                raise CallError("export.too_long", line=line.entry.id, amount=f"{value:f}")
        return arrow.decimal256(*WIDE)
    kinds: dict[Kind, Callable[[], Any]] = {
        "day": arrow.date32,
        "moment": lambda: arrow.timestamp("us", tz="UTC"),
        "whole": arrow.int64,
        "yes_no": arrow.bool_,
    }
    return kinds.get(column.kind, arrow.string)()


def _fits(value: Decimal | None, digits: int, scale: int) -> bool:
    if not value:
        return True
    _, shown, exponent = value.as_tuple()
    places = -int(exponent)
    return places <= scale and len(shown) - places <= digits - scale
