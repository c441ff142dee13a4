"""Sets up the rotating log file, and a file beside it for crashes of native code."""

from __future__ import annotations

import copy
import faulthandler
import logging
import os
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

MAX_LOG_BYTES = 1_000_000
KEPT_LOGS = 3
HANDLER_NAME = "qvim-studio"
PRIVATE_MODE = 0o600  # a stack names folders of the user
_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


class _ConsoleFormatter(logging.Formatter):
    """Leaves tracebacks to the file: a terminal gets sentences."""

    def format(self, record: logging.LogRecord) -> str:
        bare = copy.copy(record)
        bare.exc_info = bare.exc_text = bare.stack_info = None
        return super().format(bare)


def set_up_logging(log_file: Path) -> bool:
    """Send the log to ``log_file`` and warnings to stderr; False if no file can be written.

    A second call replaces what the first one set up. A native crash (segfault, abort) leaves its
    stack in ``crash.log`` beside it.
    """
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    for old in [handler for handler in root.handlers if handler.name == HANDLER_NAME]:
        root.removeHandler(old)
        old.close()
    console = logging.StreamHandler(sys.stderr) if sys.stderr else logging.NullHandler()
    console.set_name(HANDLER_NAME)
    console.setLevel(logging.WARNING)
    console.setFormatter(_ConsoleFormatter("%(levelname)s %(name)s: %(message)s"))
    root.addHandler(console)
    try:
        log_file.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            log_file, maxBytes=MAX_LOG_BYTES, backupCount=KEPT_LOGS, encoding="utf-8"
        )
        crash_log = log_file.parent / "crash.log"
        crash_file = os.open(crash_log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, PRIVATE_MODE)
        crash_log.chmod(PRIVATE_MODE)  # earlier versions made it executable
    except OSError as error:
        root.warning("No log file can be written to %s: %s", log_file, error)
        return False
    handler.set_name(HANDLER_NAME)
    handler.setFormatter(logging.Formatter(_FORMAT))
    root.addHandler(handler)
    faulthandler.enable(crash_file)  # open for the life of the process
    return True
