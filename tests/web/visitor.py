"""A browser without a script: keeps the cookie, fills in forms, follows where it is led."""

import re
import time
from collections.abc import Iterable, Mapping
from html import unescape
from typing import Any

import httpx

FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
INPUT = re.compile(r"<input\b[^>]*>")


def attribute(tag: str, name: str) -> str | None:
    """Return an attribute of a tag, or None."""
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return unescape(found[1]) if found else None


class Visitor:
    """One browser at one address. `page` is what it shows."""

    def __init__(self, address: str, *, follow: bool = True) -> None:
        self.base = re.match(r"https?://[^/]+", address)[0]
        self.client = httpx.Client(base_url=self.base, timeout=60, follow_redirects=follow)
        self.page = self.get(address[len(self.base) :])

    def close(self) -> None:
        """Close it."""
        self.client.close()

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Go to an address."""
        self.page = self.client.get(path, headers=headers)
        return self.page

    def hidden(self, action: str, names: Iterable[str] = ()) -> dict[str, str]:
        """Return the hidden fields of the form on the page that goes to this address, and has these fields."""
        for head, body in FORM.findall(self.page.text):
            named = all(f'name="{name}"' in body for name in names)
            if attribute(head, "action") == action and named:
                tags = INPUT.findall(body)
                return {
                    str(attribute(tag, "name")): attribute(tag, "value") or ""
                    for tag in tags
                    if attribute(tag, "type") == "hidden"
                }
        raise AssertionError(f"no form to {action} on {self.page.url}: {self.page.text[:2000]}")

    def send(self, action: str, fields: Mapping[str, Any] | None = None, **headers: str) -> httpx.Response:
        """Send the form on the page that goes to this address, as a browser does."""
        data = self.hidden(action, fields or ()) | dict(fields or {})
        self.page = self.client.post(action, data=data, headers={"origin": self.base, **headers})
        return self.page

    def upload(self, name: str, content: bytes) -> httpx.Response:
        """Give a file on the page that is shown."""
        files = {"file": (name, content)}
        data = self.hidden("/sheets")
        self.page = self.client.post("/sheets", data=data, files=files, headers={"origin": self.base})
        return self.settled()

    def paste(self, text: str) -> httpx.Response:
        """Paste orders on the start page."""
        files = {
            "text": (None, text),
            **{name: (None, told) for name, told in self.hidden("/sheets").items()},
        }
        self.page = self.client.post("/sheets", files=files, headers={"origin": self.base})
        return self.settled()

    def settled(self, seconds: float = 60) -> httpx.Response:
        """Look again until the page is none of a run that works."""
        until = time.monotonic() + seconds
        while "?stand=working" in self.page.text and time.monotonic() < until:
            time.sleep(0.1)
            self.get(self.page.url.path)
        return self.page

    @property
    def path(self) -> str:
        """Where it is."""
        return self.page.url.path

    @property
    def text(self) -> str:
        """What a person reads on the page."""
        plain = re.sub(r"<script.*?</script>|<style.*?</style>|<[^>]+>", " ", self.page.text, flags=re.DOTALL)
        return re.sub(r"\s+", " ", unescape(plain))
