"""The group of commands, and the one place where errors become messages and exit codes."""

import logging
import sys
import traceback
from collections.abc import Sequence

import click

from bulkorders.cli.commands import Commands
from bulkorders.errors import BulkordersError, CallError

INTERRUPTED = 130


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="bulkorders", prog_name="bulkorders")
def bulkorders() -> None:
    """Place the orders of a spreadsheet on a reseller panel, each at most once.

    Start with `bulkorders demo`: it needs no settings and spends nothing.
    """


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code. No traceback for anything a user can cause."""
    as_json, debug = bool({"--json", "--jsonl"} & {*arguments}), "--debug" in arguments
    # The HTTP library's request lines are kept quiet: on some panels the key is part of the address.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        code = bulkorders.main(list(arguments), prog_name="bulkorders", standalone_mode=False)
    except click.exceptions.Exit as error:
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has had enough; nothing is left to say it to.
        sys.stderr.close()
        return 0
    except Exception as error:  # noqa: BLE001 - the one place where errors end
        if debug:
            traceback.print_exception(error, file=sys.stderr)
        from bulkorders.cli.display import say_error

        told = _as_ours(error)
        say_error(told, as_json=as_json)
        return told.exit_code
    return code if isinstance(code, int) else 0


def _as_ours(error: Exception) -> BulkordersError:
    """Return any error as one with a sentence; what nobody foresaw is a mistake of ours and says so."""
    if isinstance(error, BulkordersError):
        return error
    if isinstance(error, click.ClickException):
        return _usage(error)
    return BulkordersError("crash", kind=type(error).__name__)


def _usage(error: click.ClickException) -> CallError:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "bulkorders"
    return CallError("call.usage", reason=error.format_message(), command=command)
