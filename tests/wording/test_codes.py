"""Every code has its sentences, and every sentence has its facts, wherever in the package a code is made."""

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

import bulkorders
from bulkorders import errors, wording
from bulkorders.model.outcomes import Outcome, Verdict
from bulkorders.wording.sentences import ERRORS, NOTES, OUTCOMES, PROBLEMS, QUESTIONS, REPAIRS

PACKAGE = Path(bulkorders.__file__).parent
MODULES = [path for path in PACKAGE.rglob("*.py") if not {"wording", "sandbox"} & set(path.parts)]
ERROR_NAMES = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.BulkordersError)
}
CODE = re.compile(r"[a-z_]+(\.[a-z_]+)+")

ALWAYS = {"code", "field"}
"""Facts that `wording` itself adds."""

HEADER_PLACE = {"path", "worksheet", "header_row"}
ADDED = {
    "sheet.columns_missing": HEADER_PLACE,
    "sheet.columns_twice": HEADER_PLACE,
    "sheet.param_reserved": HEADER_PLACE,
    "sheet.param_unnamed": HEADER_PLACE,
    "sheet.map_unknown": HEADER_PLACE,
    "sheet.ledger": HEADER_PLACE,
}
"""Facts that are added to an error on its way up (`header.make_sheet`)."""

SPREAD = {"panel": {"url", "panel", "action"}, "pipeline": {"found", "expected"}}
"""What `**facts` holds, by the package that spreads it."""

STOPS = {
    *("key", "account", "address", "challenge", "redirect", "unreached", "rate", "expired"),
    *("doubts", "duplicate_id", "journal", "interrupted"),
}
"""Why a run ends early, beside the kinds of error texts that stop it or make it wait."""


def calls(path: Path) -> Iterator[ast.Call]:
    """Give every call of a module."""
    return (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    """Return the last name of what is called."""
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def constants(node: ast.AST) -> set[str]:
    """Return the texts in an expression that look like codes."""
    found = {each.value for each in ast.walk(node) if isinstance(each, ast.Constant)}
    return {each for each in found if isinstance(each, str) and CODE.fullmatch(each)}


def facts_of(call: ast.Call, path: Path) -> set[str]:
    """Return the names of the facts an error is made with."""
    named = {keyword.arg for keyword in call.keywords if keyword.arg}
    spread = any(keyword.arg is None for keyword in call.keywords)
    package = path.relative_to(PACKAGE).parts[0]
    return named | (SPREAD[package] if spread else set())


@cache
def raised() -> dict[str, list[set[str]]]:
    """Return, by code, the facts of each place that makes an error of it."""
    found: defaultdict[str, list[set[str]]] = defaultdict(list)
    for path in MODULES:
        for call in calls(path):
            if name_of(call) in ERROR_NAMES and call.args:
                for code in constants(call.args[0]):
                    found[code].append(facts_of(call, path))
    return found


def kinds_that_stop() -> set[str]:
    """Return the kinds of a panel's error texts that end a run, or may."""
    table = tomllib.loads((PACKAGE / "panel" / "error_kinds.toml").read_text("utf-8"))
    return {entry.get("kind", name) for name, entry in table.items() if entry["verdict"] in ("stop", "wait")}


def fields(template: str) -> set[str]:
    """Return the facts a sentence speaks of."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def entries(code: str) -> dict[str, tuple[str, str]]:
    """Return the entries of a code: its own, and those for facts that are missing."""
    return {name: told for name, told in ERRORS.items() if name.partition(" without ")[0] == code}


def test_every_error_has_its_sentences() -> None:
    """No error of the package reaches a person as a bare code."""
    missing = sorted(code for code in raised() if code not in ERRORS)
    assert missing == []
    assert len(raised()) > 80


def test_every_code_that_is_passed_on_has_its_sentences() -> None:
    """Codes that stand in variables on their way to an error are listed too."""
    families = {"sheet", "journal", "panel", "settings", "call", "guard", "results", "template", "orders"}
    tables = {**ERRORS, **PROBLEMS, **NOTES, **QUESTIONS}
    for path in MODULES:
        for code in constants(ast.parse(path.read_text("utf-8"))):
            if code.partition(".")[0] in families and not code.endswith(
                (".sqlite", ".toml", ".log", ".html")
            ):
                assert code in tables, f"{code} in {path.name}"


def test_every_way_a_run_ends_early_has_its_sentences() -> None:
    """Whatever stops a run is told with what to do next, by the panel's kinds of errors and by our own."""
    stops = {
        call.args[0].value
        for path in MODULES
        for call in calls(path)
        if name_of(call) in ("stop", "Stopped") and call.args and isinstance(call.args[0], ast.Constant)
    }
    for code in stops | kinds_that_stop() | STOPS:
        message, following = ERRORS[f"run.stopped.{code}"]
        assert fields(message) | fields(following) <= {"said"} | ALWAYS
        assert following


@pytest.mark.parametrize("code", sorted(raised()))
def test_the_sentences_of_an_error_have_their_facts(code: str) -> None:
    """Each place that makes an error gives all that its sentences speak of, so that no `?` is shown."""
    found = entries(code)
    for facts in raised()[code]:
        given = facts | ADDED.get(code, set()) | ALWAYS
        never = [name for name in found if " without " in name and name.rpartition(" ")[2] not in given]
        for name in never[:1] or found:
            spoken = {field for told in found[name] for field in fields(told)}
            assert spoken <= given, (name, spoken - given)
            assert name.rpartition(" without ")[2] not in spoken


@pytest.mark.parametrize("code", sorted(raised()))
def test_an_error_is_told_in_whole_sentences(code: str) -> None:
    """Filled in, an error has no braces and no gaps left, and says what to do next."""
    for facts in raised()[code]:
        given = dict.fromkeys(facts | ADDED.get(code, set()), "X")
        told = wording.explain(errors.BulkordersError(code, **given))
        assert told.message is not None
        assert told.next is not None
        assert told.message.strip()
        assert told.next.strip()
        assert not re.search(r"[{}]|\?(?!( |$))|  ", f"{told.message} {told.next}")


@pytest.mark.parametrize("table", [ERRORS, PROBLEMS], ids=["errors", "problems"])
def test_a_shorter_sentence_belongs_to_a_longer_one(table: dict[str, object]) -> None:
    """An entry for a missing fact stands beside the code's own, which speaks of that fact."""
    for name in table:
        code, mark, fact = name.partition(" without ")
        if mark:
            assert code in table
            whole = table[code]
            told = " ".join(whole) if isinstance(whole, tuple) else str(whole)
            others = [str(table[other]) for other in table if other.startswith(f"{code} without ")]
            assert fact in fields(told) or any(fact in fields(other) for other in others) or fact == "kind"


def noted() -> Iterator[tuple[str, set[str] | None]]:
    """Give the code of every note with its facts, where they stand beside it."""
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Tuple(elts=[ast.Constant(value=str(code)), ast.Dict(keys=keys)]) if (
                    "sheet" in path.parts
                ):
                    yield code, {key.value for key in keys if isinstance(key, ast.Constant)}
                case ast.Call(args=[ast.Constant(value=str(code)), *_]) if name_of(node) == "numbers_note":
                    yield code, {"count", "rows"}
                case ast.Call(
                    args=[ast.Constant(value=str(code)), ast.Dict(keys=keys)], func=ast.Attribute(attr="note")
                ):
                    yield code, {key.value for key in keys if isinstance(key, ast.Constant)}
                case ast.Call(
                    args=[ast.Constant(value=str(code)), ast.Name()], func=ast.Attribute(attr="note")
                ) if "wording" in ast.unparse(node.func):
                    yield code, None


def test_every_note_has_its_sentence_and_its_facts() -> None:
    """What is worth knowing is told in a sentence, with all it speaks of."""
    found = list(noted())
    assert {code for code, _ in found} > {"hidden_rows", "column_near", "to_fix_added", "spool.replayed"}
    for code, facts in found:
        assert code in NOTES, code
        if facts is not None:
            assert fields(NOTES[code]) <= facts, code


def test_every_question_has_its_sentence_and_its_facts() -> None:
    """What a person is asked names all it speaks of."""
    asked = [
        (call.args[0].value, {keyword.arg for keyword in call.keywords})
        for path in MODULES
        for call in calls(path)
        if name_of(call) == "question" and call.args and isinstance(call.args[0], ast.Constant)
    ]
    assert asked
    for code, facts in asked:
        assert fields(QUESTIONS[code]) <= facts


@pytest.mark.parametrize("verdict", Verdict)
def test_every_outcome_can_be_told(verdict: Verdict) -> None:
    """Any kind of any verdict has a sentence with the panel's own words, or the status where there are none."""
    kinds = {name.partition(".")[2] for name in OUTCOMES} | {"", "never heard of", *kinds_that_stop()}
    for kind in kinds:
        told = wording.outcome(
            Outcome(verdict, kind=kind, message="Bad {link}", http_status=502, order_ids=("7", "8"))
        )
        assert told
        assert "?" not in told
        assert "Bad {link}" in told or "502" in told or "7" in told or "run ended" in told


def test_an_outcome_without_words_shows_the_answer_itself() -> None:
    """Where the panel gave no error text, the beginning of its answer is shown."""
    told = wording.outcome(Outcome(Verdict.IN_DOUBT, kind="no_id", answer="<html>" + "x" * 500))
    assert "<html>" in told
    assert len(told) < 300


def test_every_repair_belongs_to_a_problem() -> None:
    """Each heading of a group is one of a code that has a sentence, and each sentence has a heading."""
    codes = {name.partition(" without ")[0] for name in PROBLEMS}
    assert set(REPAIRS) <= codes
    for code in codes:
        assert wording.repair(code) != code, code
