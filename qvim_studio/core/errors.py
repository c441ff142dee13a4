"""The errors that are the world's fault; their text is shown to the user as it is.

Every message says what was got, what was expected and what to do. Anything that is not a
``StudioError`` is a bug of ours and goes to the log with its traceback.
"""

from __future__ import annotations

import logging
from typing import Any

log = logging.getLogger(__name__)

LOG_HAS_DETAILS = "the log file holds the details for a report"


def bug_text(task: str = "", advice: str = "Try again", details: str = LOG_HAS_DETAILS) -> str:
    """The sentence that tells a user about a fault in the program. task: what failed, as a noun."""
    failed = f"{task} failed because of an error" if task else "Something went wrong"
    return f"{failed} inside QVIM Studio. {advice}; {details}."


class StudioError(Exception):
    """Base of every error whose text is meant for the user. ``exit_status`` is the command's."""

    exit_status = 1


class UsageError(StudioError):
    """A parameter is impossible (out of range, contradictory, missing)."""

    exit_status = 2


class AudioFileError(StudioError):
    """An audio file cannot be read, or holds nothing that can be used."""


class LongSoundError(AudioFileError):
    """A sound is longer than what can be used at once: a part of it is to be chosen."""


class SoundFolderError(StudioError):
    """The folder where sounds to start from are looked for is gone."""


class OutputError(StudioError):
    """A result cannot be written (read-only folder, full disk, folder gone)."""


class DeviceError(StudioError):
    """A microphone or a loudspeaker is missing, busy or gone."""


class CheckpointError(StudioError):
    """A checkpoint is unknown, incomplete, damaged or does not fit another one."""


class PickledWeightsError(CheckpointError):
    """Weights are pickles, which are read with the user's consent alone. files: their paths."""

    def __init__(self, text: str, files: tuple[str, ...]) -> None:
        super().__init__(text)
        self.files = files


class OutOfMemoryError(StudioError):
    """The processor's or the GPU's memory does not hold what was asked for."""


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


def reason_of(error: Exception) -> str:
    """Why something failed; of the system's errors without their number and path."""
    return getattr(error, "strerror", None) or str(error)


def error_for_user(error: Exception, task: str = "", advice: str = "Try again") -> StudioError:
    """What a user reads: the world's faults as they are, bugs as a neutral sentence.

    A bug's traceback goes to the log. task, advice: of the sentence about it, see bug_text.
    """
    if isinstance(error, StudioError):
        return error
    log.error("%s failed", task or "A task", exc_info=error)
    return StudioError(bug_text(task, advice))
