from __future__ import annotations

from qvim_studio.audio.following.voice_gate import HOLD_S, VoiceGate

STEP_S = 0.01


def states(gate: VoiceGate, levels_db: list[float]) -> list[bool]:
    return [gate.update(level_db, STEP_S) for level_db in levels_db]


def test_it_opens_after_two_loud_windows_and_not_after_a_click() -> None:
    assert states(VoiceGate(-30.0), [-20, -60, -20, -29]) == [False, False, False, True]


def test_a_pause_keeps_it_open_and_silence_closes_it() -> None:
    gate = VoiceGate(-30.0)
    states(gate, [-20, -20])
    quiet = round(HOLD_S / STEP_S)
    assert all(states(gate, [-80.0] * (quiet - 1)))
    assert states(gate, [-20.0])[-1]
    assert states(gate, [-80.0] * quiet) == [True] * (quiet - 1) + [False]


def test_a_fading_voice_holds_it_open_below_the_threshold() -> None:
    gate = VoiceGate(-30.0)
    states(gate, [-20, -20])
    assert all(states(gate, [-35.0] * 200))
