from __future__ import annotations

import numpy as np
from fake_player import FakePlayer
from pytestqt.qtbot import QtBot

from qvim_studio.audio.devices.player import PlayerSnapshot, PlaySpan
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import DeviceError
from qvim_studio.jobs.playback import Playback, PlayingSound

CLIP = AudioClip(np.zeros((480, 1), dtype=np.float32), 48_000)


def test_the_playhead_follows_the_player_and_ends_with_it(qtbot: QtBot) -> None:
    player = FakePlayer()
    playback = Playback(player)
    playback.set_device("Desk")
    playback.play("a", lambda: CLIP, PlaySpan(0.5))
    assert player.played == [("Desk", PlaySpan(0.5))]
    assert playback.playing == PlayingSound("a", 0.5)
    player.now = PlayerSnapshot(1, True, 0.75, None)
    qtbot.waitUntil(lambda: playback.playing == PlayingSound("a", 0.75))
    player.now = PlayerSnapshot(1, False, 1.0, None)
    qtbot.waitUntil(lambda: playback.playing.key == "")


def test_a_sound_that_gets_another_name_goes_on(qtbot: QtBot) -> None:
    player = FakePlayer()
    playback = Playback(player)
    playing: list[PlayingSound] = []
    playback.changed.connect(playing.append)
    playback.play("a", lambda: CLIP, PlaySpan(0.5))
    playback.rename("b", "c")
    playback.rename("a", "b")
    assert playing == [PlayingSound("a", 0.5), PlayingSound("b", 0.5)]
    assert len(player.played) == 1 and not player.stops
    playback.toggle("b", lambda: CLIP)
    assert player.stops == 1


def test_toggle_of_what_plays_stops_it_and_of_another_plays_that(qtbot: QtBot) -> None:
    player = FakePlayer()
    playback = Playback(player)
    playback.toggle("a", lambda: CLIP)
    playback.toggle("b", lambda: CLIP)
    assert playback.playing.key == "b"
    playback.toggle("b", lambda: CLIP)
    assert playback.playing.key == ""
    assert player.stops == 1


def test_a_lost_loudspeaker_is_told_and_nothing_plays(qtbot: QtBot) -> None:
    player = FakePlayer()
    playback = Playback(player)
    playback.play("a", lambda: CLIP)
    error = DeviceError("Gone. Plug it in.")
    with qtbot.waitSignal(playback.failed) as failed:
        player.now = PlayerSnapshot(1, False, 0.0, error)
    assert failed.args == [error]
    assert playback.playing.key == ""


def test_only_the_sound_that_plays_grows(qtbot: QtBot) -> None:
    player = FakePlayer()
    playback = Playback(player)
    playback.play("a", lambda: CLIP, PlaySpan(is_growing=True))
    playback.grow("b", lambda: CLIP, is_whole=False)
    assert not player.grown
    playback.grow("a", lambda: CLIP, is_whole=True)
    assert player.grown == [(CLIP, True)]
