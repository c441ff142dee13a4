"""The one place that reaches into soundfile for what it does not offer (as of 0.14)."""

from __future__ import annotations

import soundfile

_SFC_SET_UPDATE_HEADER_AUTO = 0x1061  # sndfile.h: the header is rewritten after every write


def keep_header_current(file: soundfile.SoundFile) -> bool:
    """Let libsndfile rewrite the header after every write, so that the file is complete at any
    moment. False if this version of soundfile offers no way to do so."""
    try:
        command, handle, nothing = soundfile._snd.sf_command, file._file, soundfile._ffi.NULL
    except AttributeError:
        return False
    return bool(command(handle, _SFC_SET_UPDATE_HEADER_AUTO, nothing, 1))
