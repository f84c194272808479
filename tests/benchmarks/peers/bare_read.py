"""The peer for reading: python-calamine's own rows of the first worksheet, and nothing done with them.

python bare_read.py SHEET
"""

import json
import sys
import time

from python_calamine import CalamineWorkbook


def main(sheet: str) -> None:
    """Read all rows, and print what it took."""
    began = time.perf_counter()
    rows = CalamineWorkbook.from_path(sheet).get_sheet_by_index(0).to_python()
    print(json.dumps({"seconds": time.perf_counter() - began, "rows": len(rows)}))


if __name__ == "__main__":
    main(sys.argv[1])
