"""The statements of the journal, read by name from the SQL file that all backends share."""

import re
from functools import cache
from importlib.resources import files

_NAMED = re.compile(r"^-- name: (\w+)\n(.*?)(?=^-- name: |\Z)", re.MULTILINE | re.DOTALL)


@cache
def statements() -> dict[str, str]:
    """Return every statement by its name, as it stands in `schema/statements.sql`."""
    text = files("bulkorders.journal").joinpath("schema/statements.sql").read_text(encoding="utf-8")
    return {found[1]: found[2].strip() for found in _NAMED.finditer(text)}


@cache
def migrations(backend: str) -> tuple[str, ...]:
    """Return the numbered schema scripts of a backend (`sqlite`), first to last."""
    folder = files("bulkorders.journal").joinpath(f"schema/{backend}")
    scripts = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda e: e.name
    )
    return tuple(script.read_text(encoding="utf-8") for script in scripts)
