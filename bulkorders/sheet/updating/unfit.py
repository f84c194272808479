"""Why an existing workbook is not changed in place."""

from typing import Any


class Unfit(Exception):
    """This workbook can't be changed without a risk to what its user did in it: `code` and facts say why."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts
