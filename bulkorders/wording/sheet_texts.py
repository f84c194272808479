"""What is said where an order sheet, a template or a results workbook stops a run: (what is, what to do)."""

SHEET_ERRORS: dict[str, tuple[str, str]] = {
    "sheet.not_found": ("There is no file {path}.", "Check the name and the folder."),
    "sheet.folder": ("{path} is a folder, not an order sheet.", "Name the sheet itself."),
    "sheet.no_permission": (
        "{path} may not be read by this user.",
        "Change its permissions, or copy it to a folder of your own.",
    ),
    "sheet.unreadable": ("{path} can't be read: {reason}.", "Copy it to this machine, and try again."),
    "sheet.lock_file": (
        "{path} is the small file that a spreadsheet program lays beside an open workbook, not the workbook.",
        "Name the workbook itself.",
    ),
    "sheet.kind": (
        "{path} is of the kind {kind}; {read} are read.",
        "Open it in a spreadsheet program and save it as .xlsx.",
    ),
    "sheet.kind without kind": (
        "The name of {path} does not say what kind of file it is; {read} are read.",
        "Give it its ending, such as .xlsx or .csv.",
    ),
    "sheet.encrypted": (
        "{path} is protected with a password.",
        "Open it, take the password away (File, Info, Protect Workbook), and save it.",
    ),
    "sheet.not_workbook": (
        "{path} is called a workbook, and what is in it is not one (found: {found}).",
        "Open it in a spreadsheet program and save it as .xlsx, or give it its right ending.",
    ),
    "sheet.not_text": (
        "{path} is called a text file, and what is in it is not text (found: {found}).",
        "Open it in a spreadsheet program and save it as .xlsx or as CSV UTF-8.",
    ),
    "sheet.damaged": (
        "{path} is damaged or was not saved to its end: {reason}.",
        "Open it in a spreadsheet program, let it repair the file, and save it under a new name.",
    ),
    "sheet.forbidden_xml": (
        "{path} holds XML that no spreadsheet program writes (a DTD in {part}); it was not opened.",
        "Ask where the file comes from. If you trust it, open it in a spreadsheet program and save it anew.",
    ),
    "sheet.bomb": (
        "{path} is not opened: {part} is packed {ratio} to 1, and at most {limit} to 1 is expected.",
        "Ask where the file comes from. If you trust it, open it in a spreadsheet program and save it anew.",
    ),
    "sheet.too_large": (
        "{path} is too large: {part} holds {size} bytes unpacked, and at most {limit} are read.",
        "Delete what is not orders (pictures, other worksheets), split the sheet, or allow more: `max_sheet_megabytes = {wanted}` in bulkorders.toml, or BULKORDERS_MAX_SHEET_MEGABYTES={wanted}.",
    ),
    "sheet.too_large without part": (
        "{path} is too large: it holds {size} bytes, and at most {limit} are read.",
        "Delete what is not orders (pictures, other worksheets), split the sheet, or allow more: `max_sheet_megabytes = {wanted}` in bulkorders.toml, or BULKORDERS_MAX_SHEET_MEGABYTES={wanted}.",
    ),
    "sheet.far_cell": (
        "In {path}, worksheet {worksheet}, a value stands far away from all others, in {cell}.",
        "Delete the empty columns and rows around the orders, save the sheet, and try again.",
    ),
    "sheet.empty": (
        "{path}, worksheet {worksheet}, is empty.",
        "Write a header with Service, Link and Quantity and the orders below it; `bulkorders template` makes one.",
    ),
    "sheet.empty without worksheet": (
        "{path} is empty.",
        "Write a header with Service, Link and Quantity and the orders below it; `bulkorders template` makes one.",
    ),
    "sheet.no_rows": (
        "{path}, worksheet {worksheet}, has a header in row {header_row} and no orders below it.",
        "Write one order a row below the header.",
    ),
    "sheet.no_rows without worksheet": (
        "{path} has a header in row {header_row} and no orders below it.",
        "Write one order a row below the header.",
    ),
    "sheet.no_worksheet": (
        "{path} has no worksheet {wanted}; there are {found}.",
        "Name one of them with --worksheet.",
    ),
    "sheet.no_worksheet without found": (
        "{path} has no worksheets, and {wanted} was asked for.",
        "Leave --worksheet out.",
    ),
    "sheet.which_worksheet": (
        "Several worksheets of {path} could be meant: {worksheets}.",
        "Choose one with --worksheet NAME.",
    ),
    "sheet.param_reserved": (
        "{path}, row {header_row}: the column {header} names a parameter that is not the panel's own; {reserved} can't be set that way.",
        'Use the column of the field itself, or take this one out: --map "{header}=-".',
    ),
    "sheet.param_unnamed": (
        "{path}, row {header_row}: the column {header} names no parameter.",
        'Write the name after it, such as param:reaction, or take the column out: --map "{header}=-".',
    ),
    "sheet.map_unknown": (
        "--map names the {what} {given}, and there is none of that name; there are {known}.",
        "Did you mean {near}? Correct --map, and run the command again.",
    ),
    "sheet.map_unknown without near": (
        "--map names the {what} {given}, and there is none of that name; there are {known}.",
        "Correct --map, and run the command again.",
    ),
    "sheet.unknown_campaign": (
        "The journal knows no order of {sheet}.",
        "Submit it first: bulkorders submit {sheet}",
    ),
    "results.foreign": (
        "{path} is there already and is not a results workbook of ours, so it is not written over.",
        "Move it away, or name another file with --results FILE. Nothing was sent.",
    ),
    "results.not_writable": (
        "The results workbook {path} can't be written: {reason}.",
        "Close it where it is open, or name another file with --results FILE, and run the command again; what was sent is in the journal.",
    ),
    "template.exists": (
        "{path} is there already, and was left as it is.",
        "Name another file with --out FILE.",
    ),
    "template.kind": (
        "A template is written as .xlsx or .csv, found {path}.",
        "Name such a file with --out.",
    ),
    "template.type_unknown": (
        "There is no type of service {given}; there are {known}.",
        "Choose among them with --type, or leave it out for all that the panel sells.",
    ),
    "template.not_writable": (
        "{path} can't be written: {reason}.",
        "Name a file in a folder of your own with --out FILE.",
    ),
}
