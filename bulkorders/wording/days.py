"""What a day came to, in one line."""

from collections.abc import Mapping

from bulkorders.wording import number, translated
from bulkorders.wording.summaries import orders


def whole_day(named: int, campaigns: int, asked: int, placed: int, news: Mapping[str, int]) -> str:
    """Return a day in one line. `news` are counts by kind, stops among them."""
    told = translated(
        "Everything: sheets {named}, campaigns {campaigns}; {placed} placed today, {asked} asked about."
    )
    line = told.format(
        named=number(named), campaigns=number(campaigns), placed=orders(placed), asked=orders(asked)
    )
    kinds = {
        "stopped": translated("{n} stopped"),
        "in_doubt": translated("{n} in doubt"),
        "missing": translated("{n} missing at the panel"),
        "rejected": translated("{n} rejected"),
        "invalid": translated("{n} invalid"),
        "duplicate": translated("{n} duplicate"),
        "low_balance": translated("balance low"),
        "dearer": translated("services dearer: {n}"),
        "slow": translated("{n} past their usual time"),
    }
    new = [text.format(n=number(news[kind])) for kind, text in kinds.items() if news.get(kind)]
    if not new:
        return f"{line} {translated('Nothing new needs a person.')}"
    return f"{line} {translated('New: {news}.').format(news=', '.join(new))}"
