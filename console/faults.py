"""What a person reads when something goes wrong: one sentence with its remedy, an exit code, and never a stack trace.

An error nobody foresaw is one line that names the file with its trace. That file holds places in the code and types of
errors only: an exception's text can quote a customer's data, and personal data never reaches a log.
"""

from __future__ import annotations

import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

import click

from console.options import Call
from unified_model.errors import UnsiloError

LOG_NAME = "unsilo-errors.log"


def explain_failure(error: BaseException, call: Call) -> int:
    """Tell the person, and answer with the exit code."""
    if isinstance(error, click.exceptions.Exit):
        return int(error.exit_code)
    if isinstance(error, click.ClickException):
        error.show()
        return error.exit_code
    if isinstance(error, KeyboardInterrupt | click.Abort):
        say("Stopped; nothing is half written.")
        return 1
    if call.debug:
        traceback.print_exception(error, file=sys.stderr)
    if isinstance(error, UnsiloError):
        say(str(error))
        return error.exit_code
    sentence = _known_trouble(error)
    if sentence is None:
        sentence = f"Unsilo met an error it didn't expect ({type(error).__name__}). {_kept(error, call)}"
    say(sentence)
    return 1


def say(sentence: str) -> None:
    """A sentence on standard error."""
    click.echo(click.style("unsilo: ", bold=True) + sentence, err=True)


def _known_trouble(error: BaseException) -> str | None:
    """Troubles of the machine rather than of the program."""
    import errno

    if isinstance(error, MemoryError):
        return "The machine has no memory left. Close other programs, then run this again: it goes on where it was."
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        match error.errno:
            case errno.ENOSPC | errno.EDQUOT:
                return f"The disk is full{where}. Free some space, then run this again: nothing is half written."
            case errno.EACCES | errno.EPERM:
                return f"There is no permission{where}. Change the owner or mode, or choose another place."
            case errno.EROFS:
                return f"The disk is read-only{where}. Choose another place."
            case errno.ENOENT:
                return f"A file is missing{where}. Check the path."
    return None


def _kept(error: BaseException, call: Call) -> str:
    """Write the trace without any exception's text; says where it is."""
    lines = [f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {' '.join(sys.argv[1:2])}"]
    cause: BaseException | None = error
    while cause is not None:
        lines += [
            f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(cause.__traceback__)
        ]
        lines.append(f"{type(cause).__module__}.{type(cause).__qualname__}")
        cause = cause.__cause__ or cause.__context__
    log = _log_file(call)
    try:
        with log.open("a", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n\n")
    except OSError:
        return "Run it again with --debug to see where, and report it, please."
    return f"Where it happened is in {log}; --debug shows it whole. Please report it."


def _log_file(call: Call) -> Path:
    folder = call.settings_file.resolve().parent
    return (folder if folder.is_dir() else Path.cwd()) / LOG_NAME
