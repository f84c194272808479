"""Which journal a results workbook was written from."""

from pathlib import Path

from python_calamine import CalamineWorkbook

from bulkorders.sheet.columns import HIDDEN_SHEET
from bulkorders.sheet.results.replacing import is_ours


def results_journal(path: Path) -> str | None:
    """Return the journal's id; None where there is no results workbook of ours at this path."""
    if not is_ours(path):
        return None
    with CalamineWorkbook.from_path(path) as workbook:
        rows = workbook.get_sheet_by_name(HIDDEN_SHEET).to_python()
    told = {str(row[0]): str(row[1]) for row in rows if len(row) > 1}
    return told.get("journal")
