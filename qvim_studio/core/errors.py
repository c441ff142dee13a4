"""Defines the errors that the user can meet; their text is shown as it is.

Every message says what was got, what was expected and what to do. Anything that is not a
``StudioError`` is a bug of ours and goes to the log with its traceback.
"""

from __future__ import annotations

import errno
import logging
from typing import Any

log = logging.getLogger(__name__)

# What the system says where a disk or a share takes no more, or no longer takes anything.
UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
LOG_HAS_DETAILS = "the log file holds the details for a report"


def bug_text(task: str = "", advice: str = "Try again", details: str = LOG_HAS_DETAILS) -> str:
    """The sentence that tells the user about a fault in the program. task: what failed, a noun."""
    failed = f"{task} failed because of an error" if task else "Something went wrong"
    return f"{failed} inside QVIM Studio. {advice}; {details}."


class StudioError(Exception):
    """Base of every error whose text is meant for the user. exit_status: of the command."""

    exit_status = 1


class UsageError(StudioError):
    """A parameter is impossible (out of range, contradictory, missing)."""

    exit_status = 2


class AudioFileError(StudioError):
    """An audio file cannot be read, or holds no usable sound."""


class LongSoundError(AudioFileError):
    """A sound is too long to be used whole: the user has to choose a part."""


class SoundFolderError(StudioError):
    """The folder with the sounds to start from is gone."""


class OutputError(StudioError):
    """A result cannot be written (read-only folder, full disk, folder gone)."""


class DeviceError(StudioError):
    """A microphone or a loudspeaker is missing, busy or gone."""


class CheckpointError(StudioError):
    """A checkpoint is unknown, incomplete, damaged or does not fit another one."""


class PickledWeightsError(CheckpointError):
    """Weights are pickles, which need the user's consent. files: their paths."""

    def __init__(self, text: str, files: tuple[str, ...]) -> None:
        super().__init__(text)
        self.files = files


class OutOfMemoryError(StudioError):
    """The request does not fit into the main memory or the GPU's memory."""


class EngineError(StudioError):
    """The process that generates sounds ended or does not answer."""


class CancelledError(StudioError):
    """The user stopped the work; nothing was written."""


class StoppedEarly(Exception):
    """A command ended before all of its sounds were made; its cause says why.

    kept: what its answer says about the sounds that are on the disk.
    """

    def __init__(self, kept: dict[str, Any]) -> None:
        super().__init__("stopped early")
        self.kept = kept


def cause_of(stopped: StoppedEarly) -> Exception:
    """Why something stopped early; the stop itself where a signal or nothing is its cause."""
    return stopped.__cause__ if isinstance(stopped.__cause__, Exception) else stopped


def reason_of(error: Exception) -> str:
    """Why something failed, in words; errors of the system without their number and path."""
    return getattr(error, "strerror", None) or str(error)


def error_for_user(error: Exception, task: str = "", advice: str = "Try again") -> StudioError:
    """The text that the user reads: a StudioError as it is, a bug as a neutral sentence.

    A bug's traceback goes to the log. task, advice: of the sentence about it, see bug_text.
    """
    if isinstance(error, StudioError):
        return error
    log.error("%s failed", task or "A task", exc_info=error)
    return StudioError(bug_text(task, advice))
