"""How pages are made: escaped, in a language, with the figures as it has them; and what they are made with."""

import hashlib
import re
from decimal import Decimal

import pytest
from starlette.applications import Starlette
from starlette.requests import Request

from bulkorders.web import assets, rendering
from bulkorders.web.language import language_of
from bulkorders.wording import languages

VENDOR = assets.PAGES / "vendor"


def request(**headers):
    """Return a request for the page `/history` with these headers."""
    app = Starlette()
    told = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/history",
        "query_string": b"",
        "headers": told,
        "app": app,
    }
    return Request(scope | {"state": {"csrf": "a-mark"}})


def page(**facts):
    """Return the history page made with these facts."""
    told = {"runs": [], "campaign": None, "page": 1, "more": False, "workbooks": set()} | facts
    return rendering.render(request(), "history.html", **told).body.decode()


def test_what_others_wrote_is_shown_and_never_obeyed():
    """A campaign's name with marks of HTML in it is text on the page."""
    assert "<script>alert" not in page(campaign="<script>alert(1)</script>")
    assert "&lt;script&gt;alert(1)" in page(campaign="<script>alert(1)</script>")


def test_no_page_has_a_script_or_a_style_of_its_own():
    """No template has an inline script, style or handler: the content security policy would refuse them."""
    for path in assets.PAGES.glob("*.html"):
        text = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
        assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:", text), (
            path.name
        )


def test_every_form_with_a_change_carries_the_mark():
    """Each form of a template that is sent by POST has the hidden field of the session's mark."""
    for path in assets.PAGES.glob("*.html"):
        for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", path.read_text("utf-8"), re.DOTALL):
            assert "csrf()" in form or path.name == "login.html", (path.name, form[:120])


@pytest.mark.parametrize(
    ("spoken", "value", "shown"),
    [("en", "1234567.50", "1,234,567.5 VND"), ("vi", "1234567.50", "1.234.567,5 VND"), ("en", None, "–")],
)
def test_money_is_written_as_the_language_has_it(spoken, value, shown):
    """An amount keeps every digit, grouped as the language has it; what is not known is a dash."""
    with languages.speaking(spoken):
        assert rendering.money(value, "VND") == shown


def test_a_share_of_nothing_is_nothing():
    """A bar has no width where there is no whole."""
    assert rendering.share(3, 0) == 0
    assert rendering.share(1, 4) == 25


def test_a_number_that_is_none_is_a_dash():
    """What can't be read as a number is not shown as one."""
    assert rendering.number("x") == "–"
    assert rendering.number(Decimal("NaN")) == "–"


@pytest.mark.parametrize(
    ("header", "spoken"),
    [
        ("vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        ("en;q=0.1, vi;q=0.9", "vi"),
        ("vi;q=0, en", "en"),
        ("", "en"),
        ("*;q=x", "en"),
    ],
)
def test_the_language_is_the_best_there_is(header, spoken):
    """The weights of Accept-Language decide; nothing that can't be read does harm."""
    assert language_of(request(accept_language=header)) == spoken


def test_scripts_of_others_are_as_they_came():
    """Each vendor's script has the sum that its table names, and its licence beside it."""
    table = (VENDOR / "README.md").read_text("utf-8")
    scripts = sorted(VENDOR.glob("*.js"))
    assert len(scripts) == 2
    for path in scripts:
        row = next(line for line in table.splitlines() if f"`{path.name}`" in line)
        assert hashlib.sha256(path.read_bytes()).hexdigest() in row
        assert (VENDOR / re.search(r"`([\w-]+\.LICENSE)`", row)[1]).exists()
