"""A recording on its way to disk: at every moment a valid WAV file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from qvim_studio.audio.files.reading import sync_file
from qvim_studio.audio.files.soundfile_private import keep_header_current
from qvim_studio.core.errors import OutputError, reason_of


class TakeFile:
    """A 24-bit mono WAV that grows; a crash loses at most what was not yet written."""

    def __init__(self, path: Path, sample_rate: int) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = soundfile.SoundFile(path, "x", sample_rate, 1, "PCM_24", format="WAV")
        except (OSError, soundfile.LibsndfileError) as error:
            raise _cannot_write(path, error) from error
        keep_header_current(self._file)

    def write(self, samples: np.ndarray) -> None:
        """Append mono float32 samples (frames,); values over full scale are clipped."""
        try:
            self._file.write(samples)
            self._file.flush()
        except (OSError, soundfile.LibsndfileError) as error:
            raise _cannot_write(self.path, error) from error

    def close(self) -> None:
        try:
            self._file.close()
            sync_file(self.path)
        except (OSError, soundfile.LibsndfileError) as error:
            raise _cannot_write(self.path, error) from error


def _cannot_write(path: Path, error: Exception) -> OutputError:
    return OutputError(
        f"The take cannot be written to {path.parent}: {reason_of(error)}. Free some space or "
        "make the folder writable, then record again."
    )
