"""The current imitation: a file and the part of it that counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from qvim_studio.audio.files.reading import MIN_SECONDS, read_take
from qvim_studio.audio.trim import take_range
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.text.plain_text import one_line
from qvim_studio.jobs.listening.sound_picture import SoundPicture, picture_of


@dataclass(frozen=True, eq=False)
class Imitation:
    """A recording and the part of it that counts.

    source: the whole file; picture: of it. begin_s, end_s: the part, in seconds of the source.
    name: for people and for the names of result files. notes: sentences for the user about oddities
    of the recording.
    """

    source: AudioClip
    picture: SoundPicture
    begin_s: float
    end_s: float
    name: str
    path: Path
    notes: tuple[str, ...] = ()

    @cached_property
    def clip(self) -> AudioClip:
        """The part that counts."""
        first, last = (round(s * self.source.sample_rate) for s in (self.begin_s, self.end_s))
        return AudioClip(
            np.ascontiguousarray(self.source.samples[first:last]), self.source.sample_rate
        )

    def stretch(self, begin_s: float, end_s: float) -> AudioClip | None:
        """The sound from ``begin_s`` to ``end_s`` after the begin of the part, at most to its end;
        None if less than 20 ms are left."""
        first_s = self.begin_s + begin_s
        last_s = min(self.begin_s + end_s, self.end_s)
        if last_s - first_s < MIN_SECONDS:
            return None
        return replace(self, begin_s=first_s, end_s=last_s).clip

    def with_part(self, begin_s: float, end_s: float) -> Imitation:
        """The imitation with another part, at least 20 ms long and inside the source."""
        begin_s = min(max(begin_s, 0.0), self.source.duration_s - MIN_SECONDS)
        end_s = min(max(end_s, begin_s + MIN_SECONDS), self.source.duration_s)
        return replace(self, begin_s=begin_s, end_s=end_s)

    def trimmed(self, threshold_db: float | None) -> Imitation:
        """The imitation without silence and steady noise at both ends (audio.trim). threshold_db:
        None takes the whole source."""
        if threshold_db is None:
            return self.with_part(0.0, self.source.duration_s)
        first, last = take_range(self.source, threshold_db)
        return self.with_part(first / self.source.sample_rate, last / self.source.sample_rate)


def read_imitation(path: Path, threshold_db: float | None) -> Imitation:
    """Read any audio file. Raises AudioFileError if the file holds no usable sound.

    threshold_db: of the trim, below the loudest moment; None keeps everything.
    """
    noted = read_take(path)
    clip, name = noted.clip, one_line(path.stem)
    whole = Imitation(clip, picture_of(clip), 0.0, clip.duration_s, name, path, noted.notes)
    return whole.trimmed(threshold_db)
