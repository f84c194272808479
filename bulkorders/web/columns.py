"""Which column of a sheet means what: proposed, changed by a person, remembered for sheets with these headers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bulkorders import wording
from bulkorders.errors import BulkordersError, SheetError
from bulkorders.model.orders import OWN_PARAMETER, Sheet
from bulkorders.pipeline.intake.mappings import Mappings
from bulkorders.sheet import columns
from bulkorders.sheet.columns import FIELDS
from bulkorders.sheet.naming import field_of, spelled, title_of
from bulkorders.sheet.reading import read_sheet
from bulkorders.web.desk import Desk
from bulkorders.web.keeping import Kept
from bulkorders.web.rendering import render
from bulkorders.web.sheets import kept_of
from bulkorders.web.table import cell_text

EXAMPLES = 3
LEFT = "-"
"""What a column is said to be that is not read."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header, what it means (a field's name, or `-`), and some of what stands in it.

    `proposed`: that is only a guess, for a person to confirm.
    """

    index: int
    header: str
    means: str
    examples: Sequence[str] = ()
    proposed: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """The columns of a sheet as they would be read; or the worksheets it could be."""

    columns: Sequence[Column] = ()
    worksheets: Sequence[str] = ()
    worksheet: str | None = None
    error: BulkordersError | None = None
    missing: Sequence[str] = field(default_factory=tuple)


async def show(request: Request) -> Response:
    """Show the columns with what each means."""
    desk, kept = request.app.state.desk, kept_of(request)
    return _page(request, kept, await run_in_threadpool(_propose, desk, kept))


def _page(request: Request, kept: Kept, proposal: Proposal, *, status: int = 200) -> Response:
    choices = [(LEFT, wording.translated("not read"))]
    choices += [(known.name, wording.translated(known.title)) for known in FIELDS]
    own = [each.means for each in proposal.columns if each.means.startswith(OWN_PARAMETER)]
    choices += [(name, name) for name in dict.fromkeys(own)]
    return render(
        request,
        "columns.html",
        status=status,
        kept=kept,
        proposal=proposal,
        choices=choices,
        worksheets=[(name, name) for name in proposal.worksheets],
    )


def _propose(desk: Desk, kept: Kept) -> Proposal:
    """Return the columns as they would be read now: as chosen, as remembered, or as their headers say."""
    chosen = kept.choices
    mapping = dict(chosen.mapping)
    try:
        sheet = read_sheet(kept.path, worksheet=chosen.worksheet, mapping=mapping)
    except SheetError as error:
        return _unclear(desk, kept, error, mapping)
    if not mapping and not chosen.forget_map:
        mapping = dict(Mappings(desk.settings.home).of(sheet.header))
        try:
            sheet = read_sheet(kept.path, worksheet=chosen.worksheet, mapping=mapping) if mapping else sheet
        except SheetError as error:
            return _unclear(desk, kept, error, mapping)
    return Proposal(_of_sheet(sheet), worksheet=sheet.worksheet)


def _of_sheet(sheet: Sheet) -> list[Column]:
    means = {index: name for name, index in sheet.columns.items()}
    return [
        Column(index, header, means.get(index, LEFT), _examples(sheet, index))
        for index, header in enumerate(sheet.header)
        if header.strip()
    ]


def _examples(sheet: Sheet, index: int) -> list[str]:
    cells = (row.cells[index] for row in sheet.rows[:50] if index < len(row.cells))
    return [cell_text(cell)[:60] for cell in cells if cell not in (None, "")][:EXAMPLES]


def _unclear(desk: Desk, kept: Kept, error: SheetError, mapping: Mapping[str, str]) -> Proposal:
    """Return what can be proposed where the reader could not make sense of the headers."""
    wording.explain(error)
    error.message = desk.shelf.named(error.message or "")
    if error.code == "sheet.which_worksheet":
        return Proposal(worksheets=list(error.facts["worksheets"]), error=error)
    header = list(error.facts.get("header", ()))
    if not header:
        raise error
    known = dict(mapping) or dict(Mappings(desk.settings.home).of(header))
    places = columns.find(header, known)
    means = {indexes[0]: name for name, indexes in places.items() if len(indexes) == 1}
    near = {title: field_of(wanted) or LEFT for title, wanted in error.facts.get("near", ())}
    examples = _by_force(kept, header, error)
    found = []
    for index, title in enumerate(header):
        if title.strip():
            proposed = index not in means and title in near
            meaning = means.get(index) or near.get(title, LEFT)
            shown = _examples(examples, index) if examples else ()
            found.append(Column(index, title, meaning, shown, proposed))
    return Proposal(
        found, worksheet=kept.choices.worksheet, error=error, missing=error.facts.get("missing", ())
    )


def _by_force(kept: Kept, header: Sequence[str], error: SheetError) -> Sheet | None:
    """Return the sheet read with any columns for those that are missing: only to show what stands in them."""
    missing = [field_of(title) for title in error.facts.get("missing", ())]
    unread = [title for title in error.facts.get("unread", ()) if title in header]
    forced = dict(zip(unread, filter(None, missing), strict=False))
    for title in error.facts.get("headers", ())[1:]:
        forced[title] = LEFT
    try:
        return read_sheet(kept.path, worksheet=kept.choices.worksheet, mapping=forced) if forced else None
    except SheetError:
        return None


async def choose(request: Request) -> Response:
    """Take what a person says of the columns, and check the sheet with it."""
    desk, kept = request.app.state.desk, kept_of(request)
    form = await request.form(max_files=0, max_fields=4_000)
    if form.get("worksheet"):
        desk.shelf.choose(kept, worksheet=str(form["worksheet"]), mapping={}, forget_map=False)
        return _again(desk, kept)
    told = {
        str(form[f"header-{index}"]): str(form.get(f"means-{index}", LEFT))
        for index in range(2_000)
        if f"header-{index}" in form
    }
    error = _wrong(told)
    if error is not None:
        proposal = await run_in_threadpool(_propose, desk, kept)
        said = [
            Column(each.index, each.header, told.get(each.header, each.means), each.examples)
            for each in proposal.columns
        ]
        return _page(request, kept, Proposal(said, worksheet=proposal.worksheet, error=error), status=400)
    # What stands on this page is all that is said: what was remembered before gives way to it.
    desk.shelf.choose(kept, mapping=_mapping(told), forget_map=True)
    return _again(desk, kept)


def _again(desk: Desk, kept: Kept) -> Response:
    desk.looked.pop(kept.id, None)
    for job in desk.jobs(about=kept.id, kind="check"):
        job.error = None  # what was unclear is said now
    return RedirectResponse(f"/sheets/{kept.id}", status_code=303)


def _wrong(told: Mapping[str, str]) -> BulkordersError | None:
    """Return why these columns can't be, or None: a field has one column, and those that are needed have one."""
    used = [name for name in told.values() if name != LEFT]
    twice = next((name for name in used if used.count(name) > 1), None)
    if twice is not None:
        return wording.explain(BulkordersError("page.column_twice", title=title_of(twice)))
    missing = [each.title for each in FIELDS if each.required and each.name not in used]
    if "username" in used:
        missing = [title for title in missing if title != title_of("link")]
    return wording.explain(BulkordersError("page.columns_missing", missing=missing)) if missing else None


def _mapping(told: Mapping[str, str]) -> dict[str, str]:
    """Return what differs from what the headers say themselves."""
    header = list(told)
    by_itself: dict[str, Any] = {
        header[index]: name for name, places in columns.find(header).items() for index in places
    }
    differs = {title: name for title, name in told.items() if by_itself.get(title, LEFT) != name}
    # A header that is spelled twice can't be named: the reader takes neither.
    spellings = [spelled(title) for title in header]
    return {title: name for title, name in differs.items() if spellings.count(spelled(title)) == 1}


routes = [
    Route("/sheets/{sheet}/columns", show),
    Route("/sheets/{sheet}/columns", choose, methods=["POST"]),
]
