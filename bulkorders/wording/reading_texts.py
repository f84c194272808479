"""What is said where a file is not what it is called, can't be read, or is read otherwise than it seems."""

READING_ERRORS: dict[str, tuple[str, str]] = {
    "sheet.too_slow": (
        "{path} was given up: reading it took more than {seconds} seconds.",
        "Open it in a spreadsheet program, copy the orders into a new workbook, and save that as .xlsx.",
    ),
    "sheet.too_demanding": (
        "{path} was given up: reading it took more memory than {limit} bytes.",
        "Open it in a spreadsheet program, copy the orders into a new workbook, and save that as .xlsx. If all of it is orders, set `max_sheet_megabytes` in bulkorders.toml to twice what it is (200 unless set).",
    ),
    "sheet.no_reader": (
        "{path} was not opened: the process that reads workbooks could not be started ({reason}).",
        "Save the sheet as CSV UTF-8, which needs none, or ask whoever looks after this machine.",
    ),
    "sheet.encoding_unsure": (
        "{path} does not say how its text is encoded, and it could be any of {encodings}: its accents would be a guess.",
        "Save it as CSV UTF-8 (in Excel: Save as, CSV UTF-8) or as .xlsx.",
    ),
    "sheet.zero_byte": (
        "{path}, line {line}: a zero byte stands in the text, so it may have been cut or changed on its way.",
        "Export the file again, or delete that character.",
    ),
    "sheet.long_cell": (
        "{path}, row {row}: a cell is longer than {limit} characters.",
        "Look for a quotation mark that is not closed, or shorten the cell.",
    ),
    "sheet.quotes": (
        "{path}, row {row} (line {line} of the file): a quotation mark is opened and never closed, or text follows a closed one, so the rows after it can't be told apart ({reason}).",
        'Close it, or write "" for a quotation mark that belongs to the text.',
    ),
    "sheet.mass_order_line": (
        "{path}, line {line}: expected service | link | quantity, found {found}.",
        "Write one order a line, such as: 101 | https://example.com/page | 500",
    ),
    "sheet.mass_order_lists": (
        "{path} holds a list of {services} services and a list of {links} links, and nobody can say which go together.",
        "Make them equally long, so that they go together line by line, or write service | link | quantity.",
    ),
    "call.pasted_nothing": (
        "Nothing came on standard input.",
        "Paste lines such as 101 | https://example.com/page | 500, and end with Ctrl-D (Windows: Ctrl-Z, Enter).",
    ),
    "call.pasted_not_kept": (
        "The pasted orders could not be kept in {path} ({reason}), and without that nobody could go on where a run stopped.",
        "Run the command in a folder of your own.",
    ),
    "call.pasted_unsettled": (
        "{path} is there already, and what it holds is not what was pasted.",
        "Rename that file, or name it in place of -.",
    ),
}

READING_NOTES = {
    "read_as": "The file's name says another kind than its contents; it was read as {kind}.",
    "no_header": "There is no header; the columns were read as {columns}.",
    "merged_cells": "{count} merged cells reach across rows ({cells}): their value counts for the first of the rows alone.",
    "mass_order_lists": "Two lists were given, {services} services and {links} links; they make {count} orders, line by line.",
    "mass_order_swapped": "In {count} lines link and quantity were the other way round, and were put right (lines {rows}).",
    "mass_order_remarks": "{count} lines that begin with # or // are remarks and no orders (lines {rows}).",
    "paste": "Paste the orders here, one a line: service | link | quantity. End with Ctrl-D (Windows: Ctrl-Z, Enter).",
    "pasted": "What was pasted is kept in {path}. To go on with it: bulkorders submit {path}",
}

READING_PROBLEMS = {
    "cell.digits_lost": "the cell holds the number {found}, and spreadsheets keep only 15 digits, so its last ones may be wrong. Make the cell text (format: Text), and write it anew.",
}

READING_REPAIRS = {
    "cell.digits_lost": "Write long numbers as text",
}
