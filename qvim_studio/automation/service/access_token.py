"""The token that a request to the service must carry: made once, readable by its user alone."""

from __future__ import annotations

import os
import secrets
import stat
import sys
from pathlib import Path

from qvim_studio.core.errors import OutputError, StudioError, reason_of

PRIVATE_MODE = 0o600
LEAST_CHARACTERS = 32
SCHEME = "Authorization: Bearer "  # the file holds this whole header, as curl -H @FILE takes it


def read_or_make_token(file: Path) -> str:
    """The token of a file; a missing file is made first, readable by its owner alone.

    Raises OutputError if it cannot be made, StudioError if others may read it or it is too short.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(file, error) from error
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_MODE)
    except FileExistsError:
        return _read(file)
    except OSError as error:
        raise _unwritable(file, error) from error
    token = secrets.token_urlsafe(LEAST_CHARACTERS)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as written:
            written.write(f"{SCHEME}{token}\n")
    except OSError as error:
        file.unlink(missing_ok=True)
        raise _unwritable(file, error) from error
    return token


def _unwritable(file: Path, error: OSError) -> OutputError:
    return OutputError(
        f"The token cannot be written to {file} ({reason_of(error)}). Give another file with "
        "--token-file."
    )


def _read(file: Path) -> str:
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
        token = file.read_text(encoding="ascii").strip().removeprefix(SCHEME)
    except (OSError, ValueError) as error:
        raise StudioError(
            f"The token in {file} cannot be read ({reason_of(error)}). Delete the file; the next "
            "start makes another."
        ) from error
    if sys.platform != "win32" and mode & 0o077:
        raise StudioError(
            f"Others may read the token in {file} (mode {mode:04o}), expected mode 0600. Delete "
            "the file; the next start makes another token."
        )
    if len(token) < LEAST_CHARACTERS or not token.isprintable() or " " in token:
        raise StudioError(
            f"{file} holds no token of at least {LEAST_CHARACTERS} characters. Delete the file; "
            "the next start makes one."
        )
    return token
