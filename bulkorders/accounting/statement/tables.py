"""The tables of a statement: campaigns, services, and what is unexplained with what it could be."""

from collections.abc import Callable, Sequence
from typing import Any

from xlsxwriter.worksheet import Worksheet

from bulkorders.accounting.closing import AccountClosing
from bulkorders.accounting.drilldown import Group
from bulkorders.accounting.statement.setting import UNKNOWN, Column, Setting
from bulkorders.model import money
from bulkorders.sheet.results.styles import BAND, TONES, WHOLE

FIGURES = (
    Column("Orders", 9, "money"),
    Column("Estimated", 15, "money"),
    Column("Charges", 15, "money"),
    Column("Refunds", 15, "money"),
    Column("Net", 15, "money"),
    Column("In doubt", 15, "money"),
    Column("Currency", 10),
    Column("Account", 30),
)
UNEXPLAINED = (
    Column("Gone (below zero: too little)", 18, "money"),
    Column("Currency", 10),
    Column("After the reading of", 17),
    Column("Held", 16, "money"),
    Column("Before the reading of", 17),
    Column("Held", 16, "money"),
    Column("Runs", 18),
    Column("It could be: campaign", 24),
    Column("Row", 8, "money"),
    Column("Order ID", 14),
    Column("State", 11),
    Column("Cost", 14, "money"),
    Column("Account", 28),
)
NOBODY = "no order of that time fits"


def write_campaigns(sheet: Worksheet, setting: Setting) -> None:
    """Write what each campaign cost."""
    _groups(sheet, setting, (Column("Campaign", 34),), lambda account: account.campaigns, "Campaigns")


def write_services(sheet: Worksheet, setting: Setting) -> None:
    """Write what each service cost."""
    columns = (Column("Service", 10), Column("Name", 38))
    _groups(sheet, setting, columns, lambda account: account.services, "Services")


def _groups(
    sheet: Worksheet,
    setting: Setting,
    names: Sequence[Column],
    groups: Callable[[AccountClosing], Sequence[Group]],
    subject: str,
) -> None:
    setting.begin(sheet, (*names, *FIGURES), subject)
    row = 0
    for account in setting.closing.accounts:
        own = groups(account)
        for each in own:
            row += 1
            _group(setting, (sheet, row), (each.id, each.name)[: len(names)], each, account)
        if own:
            row += 1
            told = ("All", "")[: len(names)]
            _group(setting, (sheet, row), told, _all(own), account)


def _group(
    setting: Setting, at: tuple[Worksheet, int], names: Sequence[str], each: Group, account: AccountClosing
) -> None:
    """Write one group; that of all of them, without an id, stands out."""
    sheet, row = at
    look: dict[str, Any] = setting.styles.line() | ({} if each.id else {"bold": True, "bg_color": BAND})
    for column, name in enumerate(names):
        setting.put(sheet, row, column, name, **look)
    first = len(names)
    setting.put(sheet, row, first, each.orders, WHOLE, align="right", **look)
    amounts = (each.estimated, each.charges, each.refunds, each.net, each.in_doubt)
    for column, amount in enumerate(amounts, start=first + 1):
        setting.put(sheet, row, column, amount, setting.money_form(account), align="right", **look)
    setting.put(sheet, row, first + 6, account.currency, **look)
    setting.put(sheet, row, first + 7, account.account, **look)


def _all(groups: Sequence[Group]) -> Group:
    """Return the sums of an account's groups."""
    names = ("charges", "refunds", "net", "estimated", "in_doubt")
    sums = {name: money.plain(money.total(getattr(each, name) for each in groups)) for name in names}
    return Group("", "", sum(each.orders for each in groups), **sums)


def write_unexplained(sheet: Worksheet, setting: Setting) -> None:
    """Write each amount nothing explains, a row for each order it could be."""
    setting.begin(sheet, UNEXPLAINED, "Unexplained")
    row = 0
    for account in setting.closing.accounts:
        for gap in account.gaps:
            for suspect in gap.orders or (None,):
                row += 1
                named = (
                    (NOBODY, None, None, None, None)
                    if suspect is None
                    else (suspect.campaign, suspect.row, suspect.order_id, suspect.state, suspect.amount)
                )
                form = setting.money_form(account)
                tone = {"bg_color": TONES["in_doubt"].row, **setting.styles.line()}
                setting.put(sheet, row, 0, gap.amount, form, align="right", bold=True, **tone)
                setting.put(sheet, row, 1, account.currency, **tone)
                for column, at, held in ((2, gap.since, gap.held_before), (4, gap.until, gap.held_after)):
                    setting.moment(sheet, row, column, at, **tone)
                    setting.put(sheet, row, column + 1, held, form, align="right", **tone)
                setting.put(sheet, row, 6, ", ".join(gap.runs), **tone)
                setting.put(sheet, row, 7, named[0], **tone)
                setting.put(sheet, row, 8, named[1], "0", align="right", **tone)
                setting.put(sheet, row, 9, named[2], **tone)
                setting.put(sheet, row, 10, named[3], **tone)
                setting.put(sheet, row, 11, named[4], form, align="right", **tone)
                setting.put(sheet, row, 12, account.account, **tone)
    if not row:
        said = "Nothing is unexplained."
        if any(each.unexplained is None for each in setting.closing.accounts):
            said = f"Nothing is unexplained where both balances are known; elsewhere it is {UNKNOWN}."
        setting.put(sheet, 1, 0, said)
