"""How spreadsheets of a country read a CSV: its decimal mark, what parts the columns, how days are written."""

import re

from bulkorders.accounting.exports.terms import Dates
from bulkorders.errors import CallError

COMMA = frozenset(
    """
    az be bg bs ca cs da de el es et eu fi fr gl hr hu hy id is it ka kk ky lt lv mk nb nl nn no pl pt ro ru
    sk sl sq sr sv tr uk uz vi
    """.split()  # noqa: SIM905 - a list of forty lines hides more than it shows
)
"""Languages that write a decimal comma; Excel then takes semicolons between the columns."""

POINT = frozenset(
    """
    ar bn en fa fil he hi ja km ko lo ml mn ms my ne si ta te th tl ur zh
    """.split()  # noqa: SIM905 - as above
)
"""Languages that write a decimal point."""

OTHERS = {
    **dict.fromkeys(("de_CH", "de_LI", "it_CH"), (";", ".")),
    **dict.fromkeys(
        (
            *("es_MX", "es_US", "es_PR", "es_GT", "es_HN", "es_NI", "es_SV"),
            *("es_PA", "es_DO", "es_PE"),
        ),
        (",", "."),
    ),
    "en_ZA": (";", ","),
}
"""Countries that do it otherwise than their language."""

MONTH_FIRST = frozenset({"en_US", "es_US", "es_PR", "en_PH", "fil_PH"})
YEAR_FIRST = frozenset({"zh", "ja", "ko", "sv", "lt", "hu", "mn", "fr_CA", "en_CA", "en_ZA"})
"""What comes first in a day; English without a country says nothing of it, and gets the year first."""

NAME = re.compile(r"([A-Za-z]{2,3})(?:[_-][A-Za-z]{4})?(?:[_-]([A-Za-z]{2}))?(?:[.@].*)?")


def written(locale: str) -> tuple[str, str, Dates]:
    """Return delimiter, decimal mark and the form of days (`vi_VN`: `;`, `,`, dmy). CallError `export.locale`."""
    found = NAME.fullmatch(locale.strip())
    language = found[1].lower() if found else ""
    if found is None or language not in COMMA | POINT:
        raise CallError("export.locale", found=locale)
    place = f"{language}_{found[2].upper()}" if found[2] else language
    delimiter, decimal = OTHERS.get(place, (";", ",") if language in COMMA else (",", "."))
    dates: Dates = "dmy"
    if place in MONTH_FIRST:
        dates = "mdy"
    elif place in YEAR_FIRST or language in YEAR_FIRST or place == "en":
        dates = "iso"
    return delimiter, decimal, dates
