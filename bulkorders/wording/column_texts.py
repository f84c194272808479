"""What is said of columns, of rows that are no orders, and of what is remembered of a sheet's headers."""

COLUMN_ERRORS: dict[str, tuple[str, str]] = {
    "sheet.columns_missing": (
        "{path}, row {header_row}: expected columns for {missing}, found {found}. Did you mean {near}?",
        "Rename the column, or add what is meant to the command: {typed}. It is remembered for sheets with these headers.",
    ),
    "sheet.columns_missing without near": (
        "{path}, row {header_row}: expected columns for {missing}, found {found}.",
        'Add them, or say which columns are meant: --map "Your header=service". `bulkorders template` makes a sheet that has them.',
    ),
    "sheet.columns_twice": (
        "{path}, row {header_row}: several columns could be {title}: {headers}. None is guessed.",
        "Add the one that is meant to the command: {typed}. It is remembered for sheets with these headers.",
    ),
    "sheet.columns_twice without typed": (
        "{path}, row {header_row}: several columns could be {title}: {headers}. None is guessed.",
        "Delete or rename all but one.",
    ),
    "sheet.no_header": (
        "{path}, worksheet {worksheet}, row {row}, is an order already: the columns have no header, so nobody can say what they mean.",
        "Insert a row above it with Service, Link and Quantity over their columns; `bulkorders template` makes a sheet that has one.",
    ),
    "sheet.no_header without worksheet": (
        "{path}, row {row}, is an order already: the columns have no header, so nobody can say what they mean.",
        "Insert a row above it with Service, Link and Quantity over their columns; `bulkorders template` makes a sheet that has one.",
    ),
}
"""By code: what is, and what to do next."""

COLUMN_NOTES = {
    "column_perhaps": 'The column "{header}" is not read: it could be meant as {field} or as something else. If it is, add --map "{header}={field}".',
    "repeated_headers": "{count} rows repeat the header and are no orders (rows {rows}).",
    "total_rows": "{count} rows are totals and no orders (rows {rows}).",
    "example_rows": "{count} rows are still the template's examples and are not ordered (rows {rows}); a link of your own makes one an order.",
    "rows_without_order": "{count} rows have nothing in any of an order's columns and are no orders (rows {rows}).",
    "mapping_used": "Columns read as you said before of these headers: {columns}. To forget it: --forget-map.",
    "mapping_kept": "Remembered for sheets with these headers: {columns}.",
    "mapping_forgotten": "What was said of these headers before is forgotten.",
    "mappings_damaged": "{path} can't be read; what was said of headers before is not used.",
}
"""By code: what is worth knowing and stops nothing."""

COLUMN_QUESTIONS = {
    "columns.worksheet": "Several worksheets could hold the orders. Which one is meant?",
    "columns.which": "Which column is {title}?",
}
"""By code: what a person is asked."""
