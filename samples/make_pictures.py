"""Makes the README's pictures from a real run of the demo: the terminal, and two worksheets of its workbook.

Run by hand in the checkout, with tmux, LibreOffice Calc, poppler's pdftoppm and librsvg's rsvg-convert installed:
`.venv/bin/python samples/make_pictures.py`.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.text import Text

PICTURES = Path(__file__).parent / "pictures"
COLUMNS, LINES = 110, 52
AFTER_SUMMARY = 2
"""Pages behind the Summary: Services used, and Runs."""
FRAME = (
    '<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 {width} {height}">'
    "<style>text {{ font-family: 'DejaVu Sans Mono', monospace; font-size: {char_height}px; }} {styles}</style>"
    '<rect width="100%" height="100%" fill="#0f1720"/>'
    '<g transform="translate(14, 14)">{backgrounds}'
    '<g clip-path="url(#{unique_id}-clip-terminal)">{matrix}</g></g></svg>'
)


def run(*command: str | Path, folder: Path) -> str:
    """Run a program to its end and return what it printed."""
    return subprocess.run(  # noqa: S603 - programs named above
        [str(part) for part in command], cwd=folder, check=True, capture_output=True, text=True
    ).stdout


def terminal(folder: Path) -> None:
    """Run the demo in a terminal of tmux, and draw the screen as it stands at the end."""
    session = ("tmux", "-L", "pictures")
    program = Path(sys.executable).with_name("bulkorders")
    run(*session, "new-session", "-d", "-x", str(COLUMNS), "-y", str(LINES), "sh", folder=folder)
    try:
        run(
            *session,
            "send-keys",
            f"clear; PS1='$ '; PATH={program.parent}:$PATH; clear",
            "Enter",
            folder=folder,
        )
        time.sleep(1)
        run(*session, "send-keys", "bulkorders demo", "Enter", folder=folder)
        while "set BULKORDERS_PANEL_URL" not in (
            screen := run(*session, "capture-pane", "-e", "-p", folder=folder)
        ):
            time.sleep(0.5)
    finally:
        run(*session, "kill-server", folder=folder)
    draw = Console(record=True, width=COLUMNS, file=Path("/dev/null").open("w"), force_terminal=True)  # noqa: SIM115 - ends with the program
    draw.print(Text.from_ansi(screen.rstrip()))
    svg = folder / "terminal.svg"
    svg.write_text(draw.export_svg(title="", code_format=FRAME), encoding="utf-8")
    run("rsvg-convert", "--width", "1500", svg, "--output", PICTURES / "terminal.png", folder=folder)


def worksheets(folder: Path) -> None:
    """Draw the first page of Orders and the Summary, as LibreOffice prints them."""
    book = folder / "demo-campaign.results.xlsx"
    run("soffice", "--headless", "--convert-to", "pdf", "--outdir", folder, book, folder=folder)
    pdf = folder / "demo-campaign.results.pdf"
    told = run("pdfinfo", pdf, folder=folder).splitlines()
    pages = int(next(line.split()[1] for line in told if line.startswith("Pages")))
    for name, page, dots, height in (("orders", 1, 220, 900), ("summary", pages - AFTER_SUMMARY, 130, 870)):
        part = (
            "-singlefile",
            "-f",
            str(page),
            "-l",
            str(page),
            "-r",
            str(dots),
            "-y",
            "40",
            "-H",
            str(height),
        )
        run("pdftoppm", "-png", *part, pdf, PICTURES / name, folder=folder)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        terminal(Path(made))
        worksheets(Path(made))
