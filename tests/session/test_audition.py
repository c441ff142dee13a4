"""What is played of a sound, from where and how loud, and how two sounds are compared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fake_player import FakePlayer
from pytestqt.qtbot import QtBot

from qvim_studio.audio.devices.player import PlayerSnapshot, PlaySpan
from qvim_studio.audio.files.reading import write_wav
from qvim_studio.audio.levels import match_loudness
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.result import Variation
from qvim_studio.jobs.engine.imitation import Imitation
from qvim_studio.jobs.listening.sound_picture import picture_of
from qvim_studio.jobs.playback import Playback
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.session.audition import IMITATION_KEY, Audition

RATE = 8_000
TAKE = AudioClip.from_mono(0.05 * np.sin(np.arange(3 * RATE) * 0.5), RATE)


@pytest.fixture
def player() -> FakePlayer:
    return FakePlayer()


@pytest.fixture
def playback(player: FakePlayer, qtbot: QtBot) -> Playback:
    return Playback(player)


@pytest.fixture
def audition(playback: Playback) -> Audition:
    """With a take of three seconds, of which the second one counts."""
    audition = Audition(playback)
    audition.set_imitation(Imitation(TAKE, picture_of(TAKE), 1.0, 2.0, "take", Path("take.wav")))
    return audition


def entry(name: str, duration_s: float = 1.0) -> ClipEntry:
    return ClipEntry(Path(name), "g", name, 0.0, duration_s, None, 0, "Starter", "CC0-1.0")


A, B = entry("a.wav"), entry("b.wav")


def move_to(playback: Playback, player: FakePlayer, position_s: float) -> None:
    player.now = PlayerSnapshot(len(player.played), True, position_s, None)
    playback._poll()


def test_the_part_that_counts_is_played_or_the_selection_or_nothing(
    audition: Audition, playback: Playback, player: FakePlayer
) -> None:
    audition.toggle_imitation()
    assert playback.playing.key == IMITATION_KEY
    audition.toggle_imitation()
    assert playback.playing.key == ""
    audition.is_looping = True
    audition.toggle_imitation((0.5, 0.75))
    spans = [span for _, span in player.played]
    assert spans == [PlaySpan(1.0, 2.0), PlaySpan(0.5, 0.75, is_looping=True)]
    audition.toggle_imitation()
    audition.set_imitation(None)
    audition.toggle_imitation()
    audition.play_imitation_from(0.5)
    audition.switch_to_reference()
    assert len(player.played) == 2


def test_a_take_plays_from_a_moment_to_the_end_of_its_part_or_of_its_file(
    audition: Audition, player: FakePlayer
) -> None:
    audition.play_imitation_from(0.5)
    audition.play_imitation_from(2.0)
    assert [span for _, span in player.played] == [PlaySpan(0.5, 2.0), PlaySpan(2.0, None)]


def test_clips_take_over_from_each_other_but_not_from_the_take(
    audition: Audition, playback: Playback, player: FakePlayer
) -> None:
    audition.toggle_clip(A)
    audition.toggle_clip(B)
    audition.toggle_imitation()
    audition.toggle_clip(A)
    audition.toggle_clip(A)
    assert playback.playing.key == ""
    assert [span.takes_over for _, span in player.played] == [False, True, False, False]


def test_a_and_b_are_the_last_two_clips_however_often_each_was_heard(
    audition: Audition, playback: Playback
) -> None:
    assert not audition.switch()
    audition.toggle_clip(A)
    audition.play_clip_from(A, 0.5)
    assert not audition.switch()
    audition.toggle_clip(B)
    keys = []
    for _ in range(3):
        assert audition.switch()
        keys.append(playback.playing.key)
    assert keys == ["a.wav", "b.wav", "a.wav"]


def test_clip_and_take_are_compared_at_the_same_moment(
    audition: Audition, playback: Playback, player: FakePlayer
) -> None:
    audition.toggle_clip(A)
    move_to(playback, player, 0.25)
    audition.switch_to_reference()
    move_to(playback, player, 1.75)
    audition.switch_to_reference()
    spans = [span for _, span in player.played[1:]]
    assert spans == [PlaySpan(1.25, 2.0), PlaySpan(0.75)]
    assert playback.playing.key == "a.wav"


def test_a_moment_that_the_other_sound_lacks_is_its_beginning(
    audition: Audition, playback: Playback, player: FakePlayer
) -> None:
    audition.toggle_clip(entry("long.wav", 5.0))
    move_to(playback, player, 1.5)  # the part of the take has one second
    audition.switch_to_reference()
    assert player.played[-1][1] == PlaySpan(1.0, 2.0)
    playback.stop()
    audition.toggle_clip(entry("short.wav", 0.5))
    audition.toggle_imitation()
    move_to(playback, player, 1.75)
    audition.switch_to_reference()
    assert player.played[-1][1] == PlaySpan(0.0)


def test_a_loop_begins_at_the_beginning(audition: Audition, player: FakePlayer) -> None:
    audition.is_looping = True
    audition.play_clip_from(A, 0.5)
    audition.switch_to_reference()
    assert [span for _, span in player.played] == [
        PlaySpan(0.0, is_looping=True),
        PlaySpan(1.0, 2.0, is_looping=True),
    ]


def test_sounds_are_as_loud_as_each_other_unless_that_is_off(
    audition: Audition, player: FakePlayer, tmp_path: Path
) -> None:
    write_wav(tmp_path / "quiet.wav", TAKE)
    for is_matching in (True, False):
        audition.set_matching(is_matching)
        audition.toggle_imitation()
        audition.toggle_clip(entry(str(tmp_path / "quiet.wav")))
    peaks = [np.abs(load().samples).max() for load in player.loads]
    matched = np.abs(match_loudness(TAKE).samples).max()
    assert peaks == pytest.approx([matched, matched, 0.05, 0.05], rel=0.01)
    assert matched != pytest.approx(0.05, rel=0.1)


def test_a_sound_that_is_still_being_made_plays_as_it_is_and_grows(
    audition: Audition, playback: Playback, player: FakePlayer
) -> None:
    audition.toggle_arrived("new", Variation(TAKE, 1, None, 4e3, planned_s=5.0))
    assert player.played[-1][1].is_growing and player.loads[-1]() is TAKE
    audition.grow_arrived("another", Variation(TAKE, 1, None, 4e3), is_whole=True)
    assert player.grown == []
    audition.grow_arrived("new", Variation(TAKE, 1, None, 4e3), is_whole=True)
    assert player.grown == [(TAKE, True)]
    audition.toggle_arrived("new", Variation(TAKE, 1, None, 4e3))
    assert playback.playing.key == ""
    audition.toggle_arrived("new", Variation(TAKE, 1, None, 4e3))
    assert not player.played[-1][1].is_growing and player.loads[-1]() is not TAKE
