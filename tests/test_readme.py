"""The README fails when it lies: its commands, its example, its tables."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click

from bulkorders.cli.main import bulkorders
from bulkorders.model import lifecycle
from bulkorders.panel.profiles import presets, profile_of
from bulkorders.settings import Settings

README = Path(__file__).parents[1] / "README.md"


def _blocks(kind):
    return re.findall(rf"```{kind}\n(.*?)```", README.read_text("utf-8"), re.DOTALL)


def test_the_example_runs_as_it_stands(desk):
    """The Python example of the README checks and places a campaign."""
    desk.sheet([("1", "https://example.com/a", 500)], "campaign.csv")
    (example,) = _blocks("python")
    program = example.replace('"campaign.xlsx"', '"campaign.csv"')
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=desk.folder,
        env=desk.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "1 orders for about 1.25 VND"
    assert done.stdout.splitlines()[1].startswith("2 placed 99999")


def test_every_command_it_names_exists():
    """Each `bulkorders …` command line of the README names a command and options that there are."""
    lines = [
        line for block in _blocks("console") for line in block.splitlines() if line.startswith("bulkorders ")
    ]
    assert len(lines) >= 7
    for line in lines:
        _, name, *words = line.split()
        command = bulkorders.get_command(click.Context(bulkorders), name)
        if words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words.pop(0)]
        options = {text for parameter in command.params for text in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, line


def test_every_settings_file_it_shows_is_taken(monkeypatch):
    """Each block of settings is read without a complaint, down to the panel's profile."""
    monkeypatch.setenv("AGENCY_PANEL_KEY", "a-key")
    monkeypatch.setenv("OTHER_PANEL_KEY", "another-key")
    monkeypatch.setenv("OTHER_API_ID", "an-id")
    blocks = _blocks("toml")
    assert len(blocks) >= 2
    for block in blocks:
        settings = Settings(**tomllib.loads(block))
        for name, panel in settings.panels.items():
            assert profile_of(name, panel).name == name


def test_it_names_every_family():
    """The families it lists are those there are."""
    listed = README.read_text("utf-8").partition("Families: ")[2].partition("To see which")[0]
    assert set(re.findall(r"`(\w+)`", listed)) == set(presets())


def test_its_first_steps_work_against_a_panel(desk):
    """The steps with one's own panel, typed in their order, lead from a blank template to placed orders."""
    steps = next(block for block in _blocks("console") if "bulkorders template" in block)
    typed = [line.split()[1:] for line in steps.splitlines() if line.startswith("bulkorders ")]
    names = [words[0] for words in typed]
    assert names == ["balance", "services", "template", "check", "submit", "refresh"]
    for words in typed[:3]:
        assert desk.run(*words).code == 0
    assert (desk.folder / "order-sheet.xlsx").exists()
    empty = desk.run(*typed[3], "--json")
    assert empty.json["error"]["code"] == "sheet.no_rows"


def test_its_state_diagram_is_the_state_machine():
    """The diagram under "Where an order stands" is that of the lifecycle, arrow by arrow."""
    (diagram,) = re.findall(r"```\n(READY ─.*?)```", README.read_text("utf-8"), re.DOTALL)
    arrows = set(re.findall(r"\b(?=([A-Z_]+) ─([a-z ]+)→ +([A-Z_]+))", diagram))
    table = {(state.name, event, end.name) for (state, event), end in lifecycle.TRANSITIONS.items()}
    assert arrows == table


def test_its_pictures_are_there():
    """Every picture the README shows is in the repository."""
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README.read_text("utf-8"))
    assert len(pictures) == 5
    assert all((README.parent / picture).stat().st_size > 10_000 for picture in pictures)
