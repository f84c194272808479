"""What is said where a results workbook is left as it is, and the results are written beside it."""

WORKBOOK_NOTES: dict[str, str] = {
    "workbook.no_key": "{path} was left as it is: its hidden column of keys is gone, so no result can be given to its row. The results are in {found}.",
    "workbook.no_orders": "{path} was left as it is: its worksheet Orders is gone. The results are in {found}.",
    "workbook.unclear": "{path} was left as it is: several of its columns are called {columns}, and which of them is ours can't be told. The results are in {found}.",
    "workbook.signed": "{path} was left as it is: it is signed, and a change would break the signature. The results are in {found}.",
    "workbook.other_campaign": "{path} was left as it is: it has the results of the campaign {campaign}. The results are in {found}.",
    "workbook.unread": "{path} was left as it is, since it can't be changed with everything in it kept ({reason}). The results are in {found}.",
}
