"""The list of a package's parts by kind (`[Content_Types].xml`), changed so that what it says of others stays."""

import re


class Kinds:
    """The list as text: only what is added or removed changes in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        prefix = re.search(r"<(?:(\w+):)?Types\b", text)
        self._prefix = f"{prefix[1]}:" if prefix and prefix[1] else ""

    def of(self, part: str) -> str | None:
        """Return the kind of a part that is named itself."""
        found = re.search(rf'<{self._prefix}Override\b[^>]*PartName="/{re.escape(part)}"[^>]*>', self.text)
        kind = re.search(r'ContentType="([^"]*)"', found[0]) if found else None
        return kind[1] if kind else None

    def set(self, part: str, kind: str) -> None:
        """Name a part with its kind."""
        self.remove(part)
        named = f'<{self._prefix}Override PartName="/{part}" ContentType="{kind}"/>'
        end = f"</{self._prefix}Types>"
        self.text = self.text.replace(end, named + end)

    def remove(self, part: str) -> None:
        """No longer name a part."""
        pattern = rf'<{self._prefix}Override\b[^>]*PartName="/{re.escape(part)}"[^>]*?(?:/>|></{self._prefix}Override>)'
        self.text = re.sub(pattern, "", self.text)

    def default_from(self, other: "Kinds", ending: str) -> None:
        """Say of what kind parts with this ending are, as the other list does."""
        if re.search(rf'<{self._prefix}Default\b[^>]*Extension="{ending}"', self.text, re.IGNORECASE):
            return
        found = re.search(rf'<Default\b[^>]*Extension="{ending}"[^>]*>', other.text, re.IGNORECASE)
        kind = re.search(r'ContentType="([^"]*)"', found[0]) if found else None
        if kind:
            start = re.search(rf"<{self._prefix}Types\b[^>]*>", self.text)
            at = start.end() if start else 0
            made = f'<{self._prefix}Default Extension="{ending}" ContentType="{kind[1]}"/>'
            self.text = self.text[:at] + made + self.text[at:]
