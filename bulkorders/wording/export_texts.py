"""What exports say: what can't be written so, what stands in the way, and what is worth knowing of a file."""

EXPORT_ERRORS: dict[str, tuple[str, str]] = {
    "sheet.ledger": (
        "{path} is no order sheet: it tells of orders that were placed already, as `bulkorders export` and `close` write them.",
        "Keep such files in a folder of their own. Nothing was sent.",
    ),
    "export.format": (
        "There is no format {found}.",
        "Take one of {known}.",
    ),
    "export.option": (
        "{option} has no use for {format}: it belongs to {takers}.",
        "Leave it out, or take another format. Nothing was written.",
    ),
    "export.days": (
        "No day lies between {since} and {until}.",
        "Give the earlier day to --from and the later one to --to; both are included.",
    ),
    "export.campaign_unknown": (
        "There is no campaign {found} in the journal; it has {known}.",
        "Take one of these, or leave --campaign out.",
    ),
    "export.campaign_unknown without known": (
        "There is no campaign {found} in the journal, which has no line of money yet.",
        "Leave --campaign out, or place the campaign's orders first.",
    ),
    "export.panel_unknown": (
        "There is no panel {found} in the settings, and no account of it in the journal; there are {known}.",
        "Take one of these, or leave --panel out.",
    ),
    "export.panel_unknown without known": (
        "There is no panel {found}, neither in the settings nor in the journal.",
        "Leave --panel out.",
    ),
    "export.locale": (
        "The locale {found} is not known.",
        "Write language and country, such as vi_VN, de_DE or en_GB; or leave it out and give --delimiter, --decimal and --dates.",
    ),
    "export.marks": (
        "Columns and decimals would share the mark {found}: no amount could be read again.",
        "Give another one to --delimiter or --decimal. Nothing was written.",
    ),
    "export.exists": (
        "{path} is there already, with other lines in it.",
        "Give another file to --out, or add --force to replace it. Nothing was written.",
    ),
    "export.unwritable": (
        "The export can't be written to {path}: {reason}.",
        "Give another file to --out. Nothing is taken for exported; run the command again.",
    ),
    "export.known_unreadable": (
        "{path} can't be read for lines that are known: {reason}.",
        "Give --known your books or an earlier export as text (csv, jsonl, beancount, hledger). Nothing was written.",
    ),
    "export.no_pyarrow": (
        "Parquet is written with pyarrow, which is not installed here.",
        "Install it with pip install 'bulkorders[parquet]', or take --format csv.",
    ),
    "export.too_long": (
        "The amount {amount} of the line {line} has more digits than Parquet can hold.",
        "Take --format jsonl, which holds them all. Nothing was written.",
    ),
    "export.account_name": (
        "{found} can't be the name of an account.",
        "In the table [export] a name begins with {roots}, has parts between colons, and takes {places} in braces. Nothing was written.",
    ),
    "export.rate_missing": (
        "There is no rate from {currency} to {books} for {day}: {path} begins later or has no line for it (needed by the line {line}).",
        "Add a line with that day or an earlier one. Nothing was written.",
    ),
    "export.rate_missing without path": (
        "There is no rate from {currency} to {books} (needed by the line {line} of {day}).",
        'In the settings add {currency} = "…" below [export.rate]. Nothing was written.',
    ),
    "export.rate_currency": (
        "One rate to {books} can't hold for {first} and {other} both.",
        'In the settings write a rate for each below [export.rate], {first} = "…" and {other} = "…"; or export one --panel at a time. Nothing was written.',
    ),
    "export.rates_unreadable": (
        "The rates can't be read from {path}: {reason}.",
        "Put the file there, or name another one as rates in the table [export]. Nothing was written.",
    ),
    "export.rates_wrong": (
        "{path}, line {row}: expected a day and a rate under the header date,rate (or date,currency,rate), found {found}.",
        "Write days as 2026-10-31 and rates above 0 with a decimal point, one rate a day. Nothing was written.",
    ),
}

EXPORT_NOTES: dict[str, str] = {
    "export.nothing_new": "Nothing new; no file was written.",
    "export.file.written": "{file}: {lines} lines.",
    "export.file.replaced": "{file}: {lines} lines, in place of what was there.",
    "export.file.unchanged": "{file}: {lines} lines, there already as they are.",
    "export.total": "{account}: {amount} in {lines} lines that moved money.",
    "export.memoranda": "{count} lines are estimates or in doubt; they moved no money, and this format leaves them out.",
    "export.cents": "{count} amounts have more than two decimals, and {format} may round them: then its balance differs from the panel's by that.",
    "export.unbilled": "No markup is set for {clients}: their orders are not billed. Add them to [export.markup], or default.",
    "export.exact": "Amounts in {books} are exact: the panel's amount times the day's rate.",
    "export.rounded": "Amounts in {books} are rounded to {digits} decimals, each line by itself, halves to the even digit.",
}
