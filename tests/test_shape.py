"""The shape of the house: the map in the docstring, light imports, the public names."""

import re
import subprocess
import sys
from pathlib import Path

import bulkorders

PACKAGE = Path(bulkorders.__file__).parent
OUTSIDE_THE_MAP = {"cli", "model", "web", "wording"}


def test_the_map_names_every_package_and_none_that_is_not_there():
    """The map in the package's docstring speaks of the packages there are."""
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    named = set(re.findall(r"^ {0,4}(\w+) {2,}", bulkorders.__doc__, re.MULTILINE))
    told = set(re.findall(r"^ {0,4}(\w+)(?: tells| is) ", bulkorders.__doc__, re.MULTILINE))
    assert named | told <= packages
    assert packages - named - told == OUTSIDE_THE_MAP


def test_every_public_name_can_be_had():
    """Each name in `__all__` is there, and each error ends with its own exit code."""
    found = {name: getattr(bulkorders, name) for name in bulkorders.__all__}
    codes = {name: getattr(error, "exit_code", None) for name, error in found.items()}
    assert (codes["SheetError"], codes["PanelRefused"], codes["JournalHeld"], codes["Interrupted"]) == (
        2,
        3,
        4,
        130,
    )


def test_help_loads_nothing_heavy():
    """`bulkorders --help` imports neither pandas nor an HTTP, Excel, database or terminal library."""
    heavy = "('pandas', 'httpx', 'xlsxwriter', 'python_calamine', 'pydantic', 'rich.console', 'sqlite3', 'asyncio')"
    program = (
        "import sys\n"
        "from bulkorders.cli.main import run\n"
        "code = run(['--help'])\n"
        f"print(sorted(name for name in {heavy} if name in sys.modules), file=sys.stderr)\n"
        "sys.exit(code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr.strip()) == (0, "[]")
    assert "submit" in done.stdout


def test_no_module_has_grown_past_one_duty():
    """No module of the package is longer than 320 lines, tables of texts apart."""
    long = {
        str(path.relative_to(PACKAGE)): lines
        for path in PACKAGE.rglob("*.py")
        if (lines := len(path.read_text("utf-8").splitlines())) > 320
        and not path.name.endswith(("texts.py", "aliases.py"))
    }
    assert long == {}


def test_every_module_says_its_duty_in_a_sentence():
    """Every module's docstring begins with a sentence that ends on its first line."""
    for path in PACKAGE.rglob("*.py"):
        first = path.read_text("utf-8").split("\n", 1)[0]
        assert re.match(r'"""[A-Z`].+[.:!?]("""|$)', first), path
