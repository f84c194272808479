"""Pages made of templates: escaped, in the reader's language, with numbers and times as that language has them.

Every template has `request`, `language`, `languages`, `here` (the path), `nav`, `csrf()` (the hidden field that
each form with a change needs), `asset(name)`, and the filters `number`, `money(currency)`, `amount`, `when`,
`day`, `words` (`in_doubt` as people write it) and `share(whole)`. Fragments for htmx are templates of their own
that don't extend `base.html`.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bulkorders import wording
from bulkorders.model.money import plain
from bulkorders.web.assets import asset
from bulkorders.web.language import language_of
from bulkorders.wording import languages

NAV = (
    ("/", "New campaign"),
    ("/history", "History"),
    ("/orders", "Open orders"),
    ("/doubts", "In doubt"),
    ("/services", "Services"),
    ("/balance", "Balance"),
    ("/exports", "Exports"),
)
"""The places of the page, with their names."""

NO_STORE = "no-store"


def render(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **facts: Any,
) -> Response:
    """Return a page or a fragment made of a template of `web/pages` and these facts."""
    spoken = language_of(request)
    with languages.speaking(spoken):
        text = (
            _environment()
            .get_template(template)
            .render(
                request=request,
                language=spoken,
                languages=languages.LANGUAGES,
                here=request.url.path,
                nav=NAV,
                zone=getattr(request.app.state, "zone", None),
                **facts,
            )
        )
    told = {"cache-control": NO_STORE, "content-language": spoken, **(headers or {})}
    return HTMLResponse(text, status_code=status, headers=told)


def fragment_wanted(request: Request) -> bool:
    """Whether htmx asks for a part of a page; without its script the whole page is asked for."""
    asked = request.headers
    return asked.get("hx-request") == "true" and asked.get("hx-history-restore-request") != "true"


_made: list[Environment] = []


def _environment() -> Environment:
    if not _made:
        _made.append(_make())
    return _made[0]


def _make() -> Environment:
    found = Environment(
        loader=PackageLoader("bulkorders.web", "pages"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        wording.translated, _plural, newstyle=True
    )
    found.globals |= {"csrf": _csrf, "asset": asset, "translated": wording.translated}
    found.filters |= {
        "number": number,
        "money": money,
        "amount": amount,
        "when": _when,
        "day": _day,
        "words": words,
        "share": share,
        "pair": lambda each: (each, each),
    }
    return found


def _plural(one: str, many: str, count: int) -> str:
    return languages.catalogue().ngettext(one, many, count)


@pass_context
def _csrf(context: Context) -> Markup:
    """Return the hidden field without which no change is taken."""
    token = getattr(context["request"].state, "csrf", "")
    return Markup('<input type="hidden" name="csrf" value="{}">').format(token)


@pass_context
def _when(context: Context, iso: str | None) -> str:
    return languages.when(iso, context["zone"])


def _day(iso: str | None) -> str:
    return languages.day(datetime.fromisoformat(iso)) if iso else ""


def number(value: float | str | Decimal | None) -> str:
    """Return a number with its thousands grouped as the language has it; a dash for what is not known."""
    found = _decimal(value)
    return "–" if found is None else wording.number(found)


def money(value: str | Decimal | None, currency: str | None = None) -> str:
    """Return an amount, exact, with its currency behind it; a dash for what is not known."""
    found = _decimal(value)
    return "–" if found is None else wording.amount(found, currency)


def amount(value: str | Decimal | None, currency: str | None = None) -> Markup:
    """Return an amount as `money` does, its currency set apart from its digits for a tile or a table."""
    shown = money(value)
    if not currency or shown == "–":
        return Markup("{}").format(shown)
    return Markup('{} <span class="currency">{}</span>').format(shown, currency)


def words(name: object) -> str:
    """Return a name of ours (`in_doubt`) as people write it, in their language."""
    told = str(getattr(name, "value", name) or "").replace("_", " ")
    return wording.translated(told) if told else ""


def share(part: float, whole: float) -> float:
    """Return how many of a hundred a part is, for the width of a bar; 0 where there is no whole."""
    return round(100 * float(part) / float(whole), 2) if whole else 0.0


def _decimal(value: float | str | Decimal | None) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        found = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        return None
    return plain(found) if found.is_finite() else None
