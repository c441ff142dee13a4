"""Names the audio formats that can be read, for folders, dialogs and sentences."""

from __future__ import annotations

SOUND_SUFFIXES = frozenset(
    {
        *(".wav", ".flac", ".aif", ".aiff", ".aifc", ".caf", ".w64", ".rf64", ".au", ".snd"),
        *(".ogg", ".oga", ".opus", ".mp3", ".m4a", ".m4b", ".aac", ".mka", ".weba", ".wma"),
        *(".amr", ".3gp", ".wv", ".ape", ".ac3"),
    }
)
VIDEO_SUFFIXES = frozenset(  # of which the sound is read
    {".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".mpg", ".mpeg"}
)
FORMATS = "WAV, FLAC, AIFF, CAF, OGG, Opus, MP3, M4A, AAC, or the sound of an MP4, MOV or WEBM"
