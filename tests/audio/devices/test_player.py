from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from fake_audio import BLOCK, SAMPLE_RATE, FakeAudio

from qvim_studio.audio.devices.patience import Patience
from qvim_studio.audio.devices.player import WHOLE, Player, PlaySpan
from qvim_studio.audio.devices.portaudio import StreamOptions
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
    played = audio.listen(4 * BLOCK)
    np.testing.assert_array_equal(played[: 2 * BLOCK], RAMP.samples[5 * BLOCK : 7 * BLOCK, 0])
    np.testing.assert_array_equal(played[2 * BLOCK :], 0)
    assert not player.snapshot().is_playing


def test_a_loop_comes_round_without_a_click(player: Player, audio: FakeAudio) -> None:
    play(player, RAMP, PlaySpan(start_s=0.02, end_s=0.05, is_looping=True))
    played = audio.listen(9 * BLOCK)
    np.testing.assert_array_equal(played[: 3 * BLOCK], played[3 * BLOCK : 6 * BLOCK])
    assert np.abs(np.diff(played)).max() < 0.01
    assert player.snapshot().is_playing
    assert 0.02 <= player.snapshot().position_s <= 0.05


def test_another_sound_takes_over_at_the_same_moment(player: Player, audio: FakeAudio) -> None:
    play(player, RAMP)
    audio.listen(5 * BLOCK)
    play(player, RAMP, PlaySpan(takes_over=True))
    # a fade from a sound to itself, at the same place, is the sound
    played = audio.listen(5 * BLOCK)
    np.testing.assert_allclose(played, RAMP.samples[5 * BLOCK :, 0], atol=1e-3)


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
    played = audio.listen(BLOCK)
    assert played[0] == pytest.approx(RAMP.samples[5 * BLOCK, 0] + 0.01)
    assert played[-1] == pytest.approx(0.01)


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
    player: Player, audio: FakeAudio
) -> None:
    audio.patience = Patience(stall_s=0.05, poll_s=0.01)
    player.play(lambda: RAMP)
    wait_until(lambda: player.snapshot().error is not None)
    assert isinstance(player.snapshot().error, DeviceError)
    audio.patience = Patience(stall_s=5.0)
    play(player, QUIET)
    assert player.snapshot().error is None


def test_an_idle_device_is_given_back(player: Player, audio: FakeAudio) -> None:
    audio.patience = Patience(idle_close_s=0.05, poll_s=0.01)
    play(player, QUIET)
    audio.listen(11 * BLOCK)
    wait_until(lambda: audio.output.is_closed)


def test_no_loudspeaker_is_told(player: Player, audio: FakeAudio) -> None:
    audio.loudspeakers = []
    player.play(lambda: RAMP)
    wait_until(lambda: player.snapshot().error is not None)
    assert "No loudspeaker" in str(player.snapshot().error)


def grow(player: Player, clip: AudioClip, *, is_whole: bool) -> None:
    player.grow(lambda: clip, is_whole=is_whole)

    def has_grown() -> bool:
        voice = player._voice
        return voice is not None and (voice.end == len(clip.samples))

    wait_until(has_grown)


def part_of(clip: AudioClip, blocks: int) -> AudioClip:
    return AudioClip(clip.samples[: blocks * BLOCK], SAMPLE_RATE)


def test_a_clip_that_grows_in_time_plays_without_a_gap(player: Player, audio: FakeAudio) -> None:
    play(player, part_of(RAMP, 5), PlaySpan(is_growing=True))
    first = audio.listen(3 * BLOCK)
    grow(player, RAMP, is_whole=True)
    rest = audio.listen(7 * BLOCK)
    np.testing.assert_array_equal(np.concatenate([first, rest]), RAMP.samples[:, 0])
    assert not player.snapshot().is_playing


def test_a_clip_that_grows_too_late_waits_and_goes_on_without_a_click(
    player: Player, audio: FakeAudio
) -> None:
    play(player, part_of(RAMP, 3), PlaySpan(is_growing=True))
    waiting = audio.listen(8 * BLOCK)
    assert player.snapshot().is_playing and not waiting[3 * BLOCK :].any()
    stood_s = player.snapshot().position_s
    assert stood_s <= 3 * BLOCK / SAMPLE_RATE
    grow(player, RAMP, is_whole=True)
    rest = audio.listen(12 * BLOCK)
    sound = np.concatenate([waiting, rest[: 6 * BLOCK]])
    assert np.abs(np.diff(sound)).max() < 0.01
    left = RAMP.samples[round(stood_s * SAMPLE_RATE) :, 0]
    np.testing.assert_array_equal(rest[BLOCK : 7 * BLOCK], left[BLOCK : 7 * BLOCK])
    assert not player.snapshot().is_playing


def test_a_clip_of_which_nothing_more_comes_ends(player: Player, audio: FakeAudio) -> None:
    play(player, part_of(RAMP, 3), PlaySpan(is_growing=True, is_looping=True))
    audio.listen(2 * BLOCK)
    grow(player, part_of(RAMP, 3), is_whole=False)
    assert player.snapshot().is_playing
    grow(player, part_of(RAMP, 3), is_whole=True)
    wait_until(lambda: player._voice is not None and not player._voice.is_growing)
    audio.listen(2 * BLOCK)
    assert not player.snapshot().is_playing


def test_another_sound_does_not_grow(player: Player, audio: FakeAudio) -> None:
    player.grow(lambda: RAMP, is_whole=True)
    play(player, QUIET)
    player.grow(lambda: RAMP, is_whole=True)
    np.testing.assert_array_equal(audio.listen(10 * BLOCK), QUIET.samples[:, 0])


def test_the_position_is_what_leaves_the_loudspeaker(player: Player, audio: FakeAudio) -> None:
    play(player, RAMP)
    audio.output.latency_s = 0.02
    assert player.snapshot().position_s == 0.0
    audio.listen(5 * BLOCK)
    assert player.snapshot().position_s == pytest.approx(0.03)
    audio.listen(6 * BLOCK)
    assert player.snapshot().is_playing  # the last 10 ms are still to be heard
    audio.listen(BLOCK)
    assert not player.snapshot().is_playing


def test_the_position_in_a_loop_is_never_before_it(player: Player, audio: FakeAudio) -> None:
    play(player, RAMP, PlaySpan(start_s=0.02, end_s=0.05, is_looping=True))
    audio.output.latency_s = 0.01
    assert player.snapshot().position_s == pytest.approx(0.04)
    audio.listen(2 * BLOCK)
    assert player.snapshot().position_s == pytest.approx(0.03)


def test_a_loop_fades_at_both_ends_and_nowhere_else(player: Player, audio: FakeAudio) -> None:
    play(player, RAMP, PlaySpan(start_s=0.02, end_s=0.05, is_looping=True))
    played = audio.listen(3 * BLOCK)
    fade = np.linspace(1.0, 0.0, BLOCK // 2, dtype=np.float32)
    wanted = RAMP.samples[2 * BLOCK : 5 * BLOCK, 0].copy()
    wanted[: BLOCK // 2] *= fade[::-1]
    wanted[-(BLOCK // 2) :] *= fade
    np.testing.assert_allclose(played, wanted, atol=1e-7)


@pytest.mark.parametrize("span", [PlaySpan(0.099, is_looping=True), PlaySpan(5.0, 9.0)])
def test_a_span_of_any_place_plays_at_least_one_frame(
    player: Player, audio: FakeAudio, span: PlaySpan
) -> None:
    play(player, RAMP, span)
    assert np.isfinite(audio.listen(2 * BLOCK)).all()
    assert player._voice is not None and player._voice.begin < player._voice.end


def test_a_shorter_sound_that_takes_over_begins_at_its_beginning(
    player: Player, audio: FakeAudio
) -> None:
    play(player, RAMP)
    audio.listen(5 * BLOCK)
    play(player, part_of(QUIET, 5), PlaySpan(takes_over=True))
    assert player.snapshot().position_s == 0.0


def test_channels_that_the_loudspeaker_lacks_are_mixed(player: Player, audio: FakeAudio) -> None:
    both = np.stack([RAMP.samples[:, 0], 0.5 * RAMP.samples[:, 0]], axis=1)
    play(player, AudioClip(both, SAMPLE_RATE))
    np.testing.assert_allclose(audio.listen(BLOCK), 0.75 * RAMP.samples[:BLOCK, 0], rtol=1e-6)


def test_a_player_that_closes_gives_the_device_back(audio: FakeAudio) -> None:
    assert Player(audio).close()
    player = Player(audio)
    play(player, QUIET)
    assert player.close() and audio.output.is_closed


def test_a_clip_that_cannot_be_read_gives_the_device_back(player: Player, audio: FakeAudio) -> None:
    def load() -> AudioClip:
        raise AudioFileError("The file is gone. Generate it again.")

    play(player, QUIET)
    ticket = player.play(load, DeviceKey("Fake loudspeaker"))
    wait_until(lambda: audio.output.is_closed)
    wait_until(lambda: player.snapshot().error is not None)
    assert player.snapshot().ticket == ticket and not player.snapshot().is_playing


def test_one_device_plays_all_sounds_until_its_options_change(
    player: Player, audio: FakeAudio
) -> None:
    play(player, RAMP)
    first = audio.output
    play(player, QUIET)
    assert audio.output is first and not first.is_closed
    audio.options = StreamOptions(block_frames=64)
    play(player, QUIET)
    assert audio.output is not first and first.is_closed


def test_a_loudspeaker_that_its_system_ends_is_lost(player: Player, audio: FakeAudio) -> None:
    audio.patience = Patience(stall_s=60.0, poll_s=0.001)
    play(player, RAMP)
    audio.output.on_finished()
    wait_until(lambda: player.snapshot().error is not None)
    assert "stopped taking sound" in str(player.snapshot().error) and audio.output.is_closed


def test_before_a_sound_is_loaded_it_counts_as_playing(player: Player) -> None:
    assert not player.snapshot().is_playing and player.snapshot().ticket == 0
    may_load = threading.Event()

    def load() -> AudioClip:
        assert may_load.wait(5.0)
        return QUIET

    ticket = player.play(load)
    assert (player.snapshot().ticket, player.snapshot().is_playing) == (ticket, True)
    player.stop()
    assert not player.snapshot().is_playing
    may_load.set()
