"""The list of commands that `--help` shows without loading them."""

import click
import pytest

from bulkorders.cli.commands import COMMANDS
from bulkorders.cli.main import bulkorders


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_each_listed_command_is_there(name):
    """A command that is listed can be loaded, and has the name it is listed under."""
    command = bulkorders.get_command(click.Context(bulkorders), name)
    assert command is not None
    assert command.name == name


def test_help_lists_each_of_them_on_one_line_of_eighty_columns(desk):
    """Every command stands in `--help` with its line, whole."""
    told = desk.run("--help").out.splitlines()
    for name, (_, line) in COMMANDS.items():
        assert [each for each in told if each.split()[:1] == [name] and each.endswith(line)], name
    assert max(map(len, told)) <= 80


def test_a_command_that_is_not_there_is_said_so(desk):
    """A word that is no command ends with 2 and the word."""
    ended = desk.run("sbmit")
    assert ended.code == 2
    assert "sbmit" in ended.err
