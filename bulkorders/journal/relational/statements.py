"""The statements of the journal by name: one SQL file that all backends share, one with what each words otherwise."""

import re
from functools import cache
from importlib.resources import files

_NAMED = re.compile(r"^-- name: (\w+)\n(.*?)(?=^-- name: |\Z)", re.MULTILINE | re.DOTALL)
_LISTED = re.compile(r"IN \(SELECT value FROM json_each\(:(\w+)\)\)")
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]+)")


@cache
def statements(backend: str) -> dict[str, str]:
    """Return every statement by its name, as this backend's driver takes it (`sqlite`, `postgres`).

    They stand in `schema/statements.sql`, and what a backend words otherwise in `schema/statements.postgres.sql`.
    """
    shared = _read("statements.sql")
    if backend == "sqlite":
        return shared
    worded = shared | _read(f"statements.{backend}.sql")
    return {name: for_postgres(text) for name, text in worded.items()}


def for_postgres(text: str) -> str:
    """Return a statement in the words of PostgreSQL: its lists, and the parameters of its driver."""
    text = _LISTED.sub(r"= ANY (ARRAY(SELECT jsonb_array_elements_text(:\1::jsonb)))", text)
    return _PARAMETER.sub(r"%(\1)s", text.replace("%", "%%"))


@cache
def migrations(backend: str) -> tuple[str, ...]:
    """Return the numbered schema scripts of a backend (`sqlite`, `postgres`), first to last."""
    folder = files("bulkorders.journal").joinpath(f"schema/{backend}")
    scripts = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda e: e.name
    )
    return tuple(script.read_text(encoding="utf-8") for script in scripts)


def _read(name: str) -> dict[str, str]:
    text = files("bulkorders.journal").joinpath(f"schema/{name}").read_text(encoding="utf-8")
    return {found[1]: found[2].strip() for found in _NAMED.finditer(text)}
