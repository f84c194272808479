"""Which encoding a plain text most likely has on this machine, by its language, before anything is read."""

import locale
import os
import sys

USUAL = {"cp1252": 0.5, "cp1258": 1.5, "cp1251": 1.5}
"""How much likelier, as a logarithm, the pages are that most order sheets come in."""

HOME = 3.5
"""How much likelier the page is in which this machine's own programs save plain text."""

PAGES = {
    **dict.fromkeys(("pl", "cs", "sk", "hu", "ro", "hr", "sl"), "cp1250"),
    **dict.fromkeys(("ru", "uk", "bg", "be", "sr", "mk", "kk"), "cp1251"),
    **dict.fromkeys(("tr", "az"), "cp1254"),
    **dict.fromkeys(("lt", "lv", "et"), "cp1257"),
    **dict.fromkeys(("ar", "fa", "ur"), "cp1256"),
    "el": "cp1253",
    "he": "cp1255",
    "vi": "cp1258",
    "th": "cp874",
    "ja": "cp932",
    "ko": "cp949",
    "zh": "gb18030",
}
"""The page of each language that is not the western one."""

CHINESE_ELSEWHERE = ("zh_TW", "zh_HK", "zh_MO")


def home_page() -> str:
    """Return the encoding in which programs of this machine save plain text."""
    if sys.platform == "win32":
        page = locale.getencoding().lower()
        return {"cp936": "gb18030", "cp950": "big5"}.get(page, page)
    return page_of(os.environ.get("LC_ALL") or os.environ.get("LC_CTYPE") or os.environ.get("LANG") or "")


def page_of(language: str) -> str:
    """Return the page of a language as the environment names it, such as `vi_VN.UTF-8`."""
    if language.startswith(CHINESE_ELSEWHERE):
        return "big5"
    return PAGES.get(language[:2].lower(), "cp1252")


def expected(page: str, home: str) -> float:
    """Return how much likelier a page is beforehand, where this is the machine's own."""
    return USUAL.get(page, 0.0) + (HOME if page == home else 0.0)
