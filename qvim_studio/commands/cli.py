"""The command line: parses, refuses early, calls one function per command.

``--json`` prints exactly one JSON object on stdout; everything else goes to stderr. Exit status:
0 fine, 1 a known error in one sentence, 2 impossible usage, 130 interrupted,
128 + n ended by signal n.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import io
import json
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import platformdirs

from qvim_studio.commands.grammar.parser import make_parser
from qvim_studio.core.errors import (
    UNWRITABLE,
    StoppedEarly,
    StudioError,
    UsageError,
    bug_text,
)
from qvim_studio.core.program.interrupts import Terminated, raising_on_signals
from qvim_studio.core.program.logging_setup import set_up_logging

log = logging.getLogger(__name__)

INTERRUPTED = 130
SIGNALED = 128  # and the signal's number, as shells say it
# Errors of a print if nobody reads standard output any more, or its disk takes no more.
OUTPUT_ENDED = (errno.EPIPE, *UNWRITABLE)
MEMORY_FULL = (
    "The memory of this computer is full. Close other programs, or give shorter or fewer sounds."
)
WINDOW = (None, "studio")  # commands that open it


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    is_json = "--json" in arguments
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a file's name may be no text
    try:
        status, answer = _run(arguments, is_json=is_json)
        print(f"{json.dumps(answer)}\n" if is_json else "", end="", flush=True)
    except OSError as error:
        # What it still holds goes nowhere, and fails nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno == errno.EPIPE:
            return 1
        text = f"The answer cannot be written to the standard output: {error.strerror}. "
        status, _ = _fail(f"{text}All files that were made are kept.", 1)
    return status


def _check_interpreter() -> None:
    if sys.flags.optimize > 1:
        raise UsageError(
            "Python runs with -OO, which removes texts that the model libraries need. Start QVIM "
            "Studio without -OO and with PYTHONOPTIMIZE unset or 1."
        )


def _run(arguments: Sequence[str], *, is_json: bool) -> tuple[int, dict[str, Any]]:
    """The exit status of a command and its answer; errors are printed on stderr.

    Raises OSError if standard output takes no more.
    """
    log_file = Path(platformdirs.user_log_dir("qvim-studio", appauthor=False)) / "command.log"
    try:
        _check_interpreter()
        options = make_parser().parse_args(arguments)
        set_up_logging(log_file)
        # A library that prints must not break the one JSON object.
        with contextlib.redirect_stdout(sys.stderr if is_json else sys.stdout), _ending(options):
            return 0, options.run(options)
    except StoppedEarly as stopped:
        cause = stopped.__cause__ or stopped
        status, answer = _answer_to(cause, log_file)
        return status, {**answer, **stopped.kept}
    except (Exception, KeyboardInterrupt, Terminated) as error:  # noqa: BLE001 - becomes the answer
        return _answer_to(error, log_file)


def _ending(options: argparse.Namespace) -> contextlib.AbstractContextManager[None]:
    """Signals that end a command unwind it; the window has handlers of its own."""
    return contextlib.nullcontext() if options.command in WINDOW else raising_on_signals()


def _answer_to(error: BaseException, log_file: Path) -> tuple[int, dict[str, Any]]:
    """The status and the answer for an error. Raises OSError if standard output takes no more."""
    if isinstance(error, StudioError):
        return _fail(str(error), error.exit_status)
    if isinstance(error, KeyboardInterrupt):
        return _fail("Interrupted. Nothing half-written was left behind.", INTERRUPTED)
    if isinstance(error, Terminated):
        name = signal.Signals(error.number).name
        text = f"Ended by {name}. Nothing half-written was left behind."
        return _fail(text, SIGNALED + error.number)
    if isinstance(error, MemoryError):
        return _fail(MEMORY_FULL, 1)
    if isinstance(error, OSError) and error.errno in OUTPUT_ENDED:
        raise error
    log.error("unexpected error", exc_info=error)
    return _fail(bug_text(details=f"the details are in {log_file}"), 1)


def _fail(text: str, status: int) -> tuple[int, dict[str, Any]]:
    with contextlib.suppress(OSError):  # a terminal that was closed
        print(f"qvim-studio: {text}", file=sys.stderr)
    return status, {"error": text}
