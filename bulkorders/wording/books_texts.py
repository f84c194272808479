"""What is said where a month's books are closed, and where money is entered: (what is, what to do)."""

BOOKS_ERRORS: dict[str, tuple[str, str]] = {
    "close.month": (
        "There is no month {found}.",
        "Write it like `--month 2026-10`.",
    ),
    "close.future_month": (
        "{month} has not begun yet.",
        "Close a month that has begun; of one that is not over it is said how it stands so far.",
    ),
    "close.no_account": (
        "The journal knows no account {found}; it knows {known}.",
        "Name one of these with `--account`, or its panel's name with `--panel`.",
    ),
    "close.no_account without known": (
        "The journal knows no account {found}, nor any other: nothing was ordered with it yet.",
        "Check BULKORDERS_HOME and BULKORDERS_JOURNAL, or order something first.",
    ),
    "close.not_ours": (
        "{path} is there already and is not a statement of ours, so it is not written over.",
        "Move it away, or name another file with `--out FILE`.",
    ),
    "close.not_writable": (
        "The statement {path} can't be written: {reason}.",
        "Close it where it is open, or name another file with `--out FILE`, and run the command again.",
    ),
    "close.not_xlsx": (
        "The statement is a workbook, and {path} does not end with .xlsx.",
        "Write it like `--out statement.xlsx`; the list of its lines is put beside it as .csv.",
    ),
    "enter.one": (
        "Exactly one of --top-up, --opening and --other is needed, and {count} were given.",
        "Write it like `bulkorders journal enter --panel NAME --top-up 100 --at 2026-10-05`.",
    ),
    "enter.amount": (
        "Expected an amount such as 25.50, or below zero to take an entry back, and found {found}.",
        "Write digits with a point, without thousands separators and without a currency.",
    ),
    "enter.at": (
        "Expected a day or a time such as 2026-10-05 or 2026-10-05 14:30, and found {found}.",
        "Write it so; it is read on the clock of the `timezone` setting.",
    ),
    "enter.currency": (
        "{account} is in {expected}, and {found} was entered.",
        "Enter the amount in the account's own currency: amounts of two currencies are never added.",
    ),
}

BOOKS_NOTES: dict[str, str] = {
    "enter.entered": "Entered for {account}: {kind} of {amount}, {at}.",
    "enter.unknown_account": "Nothing was ordered on {account} yet; the entry is kept all the same.",
    "close.nothing": "The journal holds nothing of {month}: no order, no reading of a balance, no payment.",
    "close.so_far": "The month is not over: this is how it stands so far, {until}.",
    "close.too_much": "{amount} more is gone from {account} than any line explains, between {since} ({before}) and {until} ({after}), runs {runs}.",
    "close.too_little": "{amount} less is gone from {account} than the lines say, between {since} ({before}) and {until} ({after}), runs {runs}. If it was paid in, enter it: `bulkorders journal enter --top-up {plain} --at {day}`.",
    "close.could_be": "It could be: {orders}.",
    "close.could_be_nobody": "No order of that time fits: somebody else used the account, or its key.",
    "close.uncharged": "The panel has told no charge yet for orders worth {amount}; they stand at their estimate. `bulkorders refresh --all` asks.",
    "close.in_doubt": "{amount} is in doubt; `bulkorders resolve` shows the orders.",
    "close.unpaid": "{amount} was to be paid back, and no reading shows it yet.",
    "close.no_opening": "What {account} held when the month began is not known: no reading of its balance. Enter it: `bulkorders journal enter --opening AMOUNT --at {day}`.",
    "close.no_closing": "What {account} held when the month ended is not known: no reading of its balance since the month began. Any run that asks it reads it.",
    "close.asked_not": "{account} could not be asked what it holds: {reason}",
}
