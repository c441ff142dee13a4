from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from fake_audio import BLOCK, SAMPLE_RATE, FakeAudio

from qvim_studio.audio.devices import player as player_module
from qvim_studio.audio.devices.player import WHOLE, Player, PlaySpan
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import AudioFileError, DeviceError
from qvim_studio.core.program.device_key import DeviceKey

RAMP = AudioClip.from_mono(np.linspace(0.1, 0.9, 10 * BLOCK), SAMPLE_RATE)
QUIET = AudioClip.from_mono(np.full(10 * BLOCK, 0.01), SAMPLE_RATE)


@pytest.fixture
def audio() -> FakeAudio:
    return FakeAudio()


@pytest.fixture
def player(audio: FakeAudio) -> Iterator[Player]:
    player = Player(audio)
    yield player
    assert player.close()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5.0
    while not condition():
        assert time.monotonic() < deadline, "waited for 5 s"
        time.sleep(0.005)


def has_voice(player: Player, ticket: int) -> bool:
    voice = player._voice
    return voice is not None and voice.ticket == ticket


def play(player: Player, clip: AudioClip, span: PlaySpan = WHOLE) -> int:
    ticket = player.play(lambda: clip, DeviceKey("Fake loudspeaker"), span)
    wait_until(lambda: has_voice(player, ticket))
    return ticket


def test_what_is_played_is_what_was_given(player: Player, audio: FakeAudio) -> None:
    play(player, RAMP)
    np.testing.assert_array_equal(audio.listen(10 * BLOCK), RAMP.samples[:, 0])
    np.testing.assert_array_equal(audio.listen(BLOCK), 0)
    assert audio.opened_names == ["Fake loudspeaker"]


def test_the_position_moves_and_playing_ends_with_the_clip(
    player: Player, audio: FakeAudio
) -> None:
    ticket = play(player, RAMP)
    audio.listen(5 * BLOCK)
    halfway = player.snapshot()
    assert (halfway.ticket, halfway.is_playing) == (ticket, True)
    assert halfway.position_s == pytest.approx(0.05)
    audio.listen(5 * BLOCK)
    assert not player.snapshot().is_playing


def test_playing_may_start_inside_the_clip(player: Player, audio: FakeAudio) -> None:
    play(player, RAMP, PlaySpan(start_s=0.05))
    assert audio.listen(BLOCK)[0] == RAMP.samples[5 * BLOCK, 0]
    assert player.snapshot().position_s == pytest.approx(0.06)


def test_playing_ends_where_it_was_asked_to(player: Player, audio: FakeAudio) -> None:
    play(player, RAMP, PlaySpan(start_s=0.05, end_s=0.07))
    heard = audio.listen(4 * BLOCK)
    np.testing.assert_array_equal(heard[: 2 * BLOCK], RAMP.samples[5 * BLOCK : 7 * BLOCK, 0])
    np.testing.assert_array_equal(heard[2 * BLOCK :], 0)
    assert not player.snapshot().is_playing


def test_a_loop_comes_round_without_a_click(player: Player, audio: FakeAudio) -> None:
    play(player, RAMP, PlaySpan(start_s=0.02, end_s=0.05, is_looping=True))
    heard = audio.listen(9 * BLOCK)
    np.testing.assert_array_equal(heard[: 3 * BLOCK], heard[3 * BLOCK : 6 * BLOCK])
    assert np.abs(np.diff(heard)).max() < 0.01
    assert player.snapshot().is_playing
    assert 0.02 <= player.snapshot().position_s <= 0.05


def test_another_sound_takes_over_at_the_same_moment(player: Player, audio: FakeAudio) -> None:
    play(player, RAMP)
    audio.listen(5 * BLOCK)
    play(player, RAMP, PlaySpan(takes_over=True))
    # a fade from a sound to itself, at the same place, is the sound
    heard = audio.listen(5 * BLOCK)
    np.testing.assert_allclose(heard, RAMP.samples[5 * BLOCK :, 0], atol=1e-3)


def test_a_clip_that_is_cut_off_fades(player: Player, audio: FakeAudio) -> None:
    play(player, RAMP)
    audio.listen(5 * BLOCK)
    player.stop()
    fade = audio.listen(BLOCK)
    assert fade[0] == RAMP.samples[5 * BLOCK, 0]
    assert np.abs(np.diff(fade)).max() < 0.01
    assert fade[-1] == 0.0
    assert not player.snapshot().is_playing


def test_the_next_clip_begins_while_the_last_one_fades(player: Player, audio: FakeAudio) -> None:
    play(player, RAMP)
    audio.listen(5 * BLOCK)
    play(player, QUIET)
    heard = audio.listen(BLOCK)
    assert heard[0] == pytest.approx(RAMP.samples[5 * BLOCK, 0] + 0.01)
    assert heard[-1] == pytest.approx(0.01)


def test_other_rates_are_resampled(player: Player, audio: FakeAudio) -> None:
    clip = AudioClip.from_mono(np.sin(np.arange(8000) * 0.1), 16_000)
    play(player, clip)
    assert len(player._voice.samples) == 24_000


def test_a_clip_that_cannot_be_read_is_told(player: Player) -> None:
    def load() -> AudioClip:
        raise AudioFileError("The file is gone. Generate it again.")

    player.play(load)
    wait_until(lambda: player.snapshot().error is not None)
    assert "gone" in str(player.snapshot().error)


def test_a_lost_loudspeaker_is_told_and_the_next_play_opens_it_again(
    player: Player, audio: FakeAudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(player_module, "STALL_TIMEOUT_S", 0.05)
    monkeypatch.setattr(player_module, "POLL_S", 0.01)
    player.play(lambda: RAMP)
    wait_until(lambda: player.snapshot().error is not None)
    assert isinstance(player.snapshot().error, DeviceError)
    monkeypatch.setattr(player_module, "STALL_TIMEOUT_S", 5.0)
    play(player, QUIET)
    assert player.snapshot().error is None


def test_an_idle_device_is_given_back(
    player: Player, audio: FakeAudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(player_module, "IDLE_CLOSE_S", 0.05)
    monkeypatch.setattr(player_module, "POLL_S", 0.01)
    play(player, QUIET)
    audio.listen(11 * BLOCK)
    wait_until(lambda: audio.output.is_closed)


def test_no_loudspeaker_is_told(player: Player, audio: FakeAudio) -> None:
    audio.loudspeakers = []
    player.play(lambda: RAMP)
    wait_until(lambda: player.snapshot().error is not None)
    assert "No loudspeaker" in str(player.snapshot().error)
