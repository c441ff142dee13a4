"""Plays and compares sounds: the imitation, clip after clip, A against B, in a loop."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from qvim_studio.audio.devices.player import LoadClip, PlaySpan
from qvim_studio.audio.files.reading import read_audio
from qvim_studio.audio.levels import match_loudness
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.result import Variation
from qvim_studio.jobs.engine.imitation import Imitation
from qvim_studio.jobs.playback import Playback
from qvim_studio.library.clip_entry import ClipEntry

IMITATION_KEY = "imitation"
Part = tuple[float, float]


class Audition(QObject):
    """Decides which stretch of a sound is played, and how loud."""

    def __init__(self, playback: Playback, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._playback = playback
        self._imitation: Imitation | None = None
        self._current: ClipEntry | None = None  # the last two clips heard, for A/B
        self._other: ClipEntry | None = None
        self.is_looping = False
        self._is_matching = True

    def set_matching(self, is_matching: bool) -> None:
        """Play all sounds at one loudness, from the next sound on."""
        self._is_matching = is_matching

    def set_imitation(self, imitation: Imitation | None) -> None:
        self._imitation = imitation

    def toggle_imitation(self, selection: Part | None = None) -> None:
        """Play or stop the imitation. selection: seconds of its file; None: the part in use."""
        if self._playback.playing.key == IMITATION_KEY:
            self._playback.stop()
        elif self._imitation is not None:
            begin_s, end_s = selection or (self._imitation.begin_s, self._imitation.end_s)
            self._play_source(PlaySpan(begin_s, end_s, self.is_looping))

    def play_imitation_from(self, seconds: float) -> None:
        """Play the take from a moment of its file to the end of the part or of the file."""
        if self._imitation is not None:
            end_s = self._imitation.end_s
            self._play_source(
                PlaySpan(seconds, end_s if seconds < end_s else None, self.is_looping)
            )

    def toggle_clip(self, entry: ClipEntry) -> None:
        """Play or stop a clip; a clip that takes over starts where the playing one stands."""
        if self._playback.playing.key == str(entry.path):
            self._playback.stop()
        else:
            self._play_entry(entry, takes_over=self._is_comparing())

    def toggle_arrived(self, key: str, sound: Variation) -> None:
        """Play or stop a sound that has no file of its own yet; see toggle_clip. A sound that is
        still being made plays on as it grows, without matched loudness: its loudness is not known
        before it is whole."""
        is_growing = sound.planned_s is not None
        if self._playback.playing.key == key:
            self._playback.stop()
        else:
            load: LoadClip = partial(_clip_of, sound)
            span = PlaySpan(
                is_looping=self.is_looping,
                takes_over=self._is_comparing(),
                is_growing=is_growing,
            )
            self._playback.play(key, load if is_growing else self._leveled(load), span)

    def grow_arrived(self, key: str, sound: Variation, is_whole: bool) -> None:
        """Hand more of a growing sound to the player. is_whole: nothing follows."""
        self._playback.grow(key, partial(_clip_of, sound), is_whole=is_whole)

    def play_clip_from(self, entry: ClipEntry, seconds: float) -> None:
        start_s = 0.0 if self.is_looping else max(seconds, 0.0)
        self._remember(entry)
        self._playback.play(
            str(entry.path), self._load(entry), PlaySpan(start_s, None, self.is_looping)
        )

    def switch(self) -> bool:
        """Switch from the last heard clip to the one before, without a gap (A against B). False
        before two clips were heard."""
        if self._other is None:
            return False
        self._play_entry(self._other, takes_over=self._is_comparing())
        return True

    def switch_to_reference(self) -> None:
        """Switch between a clip and the imitation, at the same moment and the same loudness."""
        imitation, playing = self._imitation, self._playback.playing
        if imitation is None:
            return
        if playing.key == IMITATION_KEY and self._current is not None:
            at_s = playing.position_s - imitation.begin_s
            self.play_clip_from(self._current, at_s if at_s < self._current.duration_s else 0.0)
            return
        at_s = imitation.begin_s + (playing.position_s if self._is_comparing() else 0.0)
        start_s = imitation.begin_s if self.is_looping or at_s >= imitation.end_s else at_s
        self._play_source(PlaySpan(start_s, imitation.end_s, self.is_looping))

    def _is_comparing(self) -> bool:
        return self._playback.playing.key not in ("", IMITATION_KEY)

    def _play_entry(self, entry: ClipEntry, takes_over: bool) -> None:
        self._remember(entry)
        span = PlaySpan(is_looping=self.is_looping, takes_over=takes_over)
        self._playback.play(str(entry.path), self._load(entry), span)

    def _remember(self, entry: ClipEntry) -> None:
        if self._current is None or entry.path != self._current.path:
            self._current, self._other = entry, self._current

    def _play_source(self, span: PlaySpan) -> None:
        if self._imitation is not None:
            source = self._imitation.source
            self._playback.play(IMITATION_KEY, self._leveled(lambda: source), span)

    def _load(self, entry: ClipEntry) -> LoadClip:
        return self._leveled(partial(read_audio, entry.path))

    def _leveled(self, load: LoadClip) -> LoadClip:
        """Runs in the player's thread."""
        return (lambda: match_loudness(load())) if self._is_matching else load


def _clip_of(sound: Variation) -> AudioClip:
    return sound.clip
