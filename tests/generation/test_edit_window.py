"""The window of an edit is made of its parts, and of the sound around them that stays."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.result import Variation
from qvim_studio.generation.edit_window import FOREIGN, EditWindow


def test_of_an_imitation_counts_what_it_holds_at_the_time_of_each_part() -> None:
    voice = AudioClip.from_mono(np.sin(2 * np.pi * np.arange(900) / 90), 1000)
    edit = Edit.of_parts(AudioClip.from_mono(np.zeros(2000), 1000), [(0.5, 0.8), (1.2, 1.4)])
    followed = EditWindow.of(edit, voice, 1000).followed()
    np.testing.assert_allclose(followed[500:800], voice.samples[:300, 0], atol=1e-6)
    np.testing.assert_allclose(followed[1200:1400], voice.samples[700:900, 0], atol=1e-6)
    assert not np.any(np.delete(followed, np.r_[500:800, 1200:1400]))


def clip(*values: float) -> AudioClip:
    """Two equal channels, for mono loses a constant offset."""
    samples = np.array(values, np.float32)
    return AudioClip(np.stack([samples, samples], axis=1), 100)


def window_of(edit: Edit, voice: AudioClip | None = None) -> EditWindow:
    return EditWindow.of(edit, voice, edit.sound.sample_rate)


WAVES = clip(*np.tile([0.5, -0.5], 500))  # 10 s


def test_parts_lie_within_the_window_around_them() -> None:
    edit = Edit.of_parts(WAVES, [(4.0, 4.5), (5.0, 6.0)])
    window = window_of(edit)
    assert len(window.around) == 600  # two seconds before and after
    assert window.parts == [(200, 250), (300, 400)] and window.span == (200, 400)
    assert window.parts_s == ((2.0, 2.5), (3.0, 4.0))
    kept = window.kept
    assert kept.parts_s == window.parts_s and len(kept.sound.samples) == 600
    np.testing.assert_array_equal(
        window.of_parts(np.arange(600))[[0, 49, 50, 149]], [200, 249, 300, 399]
    )


def test_without_a_voice_the_edited_sound_is_followed_and_looped_behind_its_end() -> None:
    inside, behind = window_of(Edit(WAVES, 4.0, 5.0)), window_of(Edit.continuing(WAVES, 3.0))
    assert inside.followed() is inside.around
    followed = behind.followed()
    assert len(followed) == behind.span[1] > len(behind.around)
    assert np.abs(followed[len(behind.around) :]).max() > 0.2
    assert behind.followed_sides().shape == (behind.span[1], 2)


def test_a_voice_stands_in_the_part_as_loud_as_the_sound_around_it() -> None:
    voice = clip(*np.tile([0.1, -0.1], 20))
    followed = window_of(Edit(WAVES, 4.0, 5.0), voice).followed()
    np.testing.assert_allclose(np.abs(followed), [0.5] * 240 + [0.0] * 60 + [0.5] * 200, atol=1e-6)


def test_parts_keep_their_levels_against_each_other() -> None:
    voice = clip(*np.tile([0.1, -0.1], 50), *np.tile([0.02, -0.02], 50))
    followed = window_of(Edit.of_parts(WAVES, [(4.0, 4.5), (5.0, 6.0)]), voice).followed()
    np.testing.assert_allclose(np.abs(followed[200:250]), 0.5, atol=1e-6)
    np.testing.assert_allclose(np.abs(followed[300:400]), 0.1, atol=1e-6)


def test_a_found_sound_fills_every_part() -> None:
    found = clip(*np.tile([0.1, -0.1], 200))
    window = window_of(Edit.of_parts(WAVES, [(4.0, 4.5), (5.0, 6.0)]))
    arranged = window.arranged(found)
    np.testing.assert_array_equal(
        np.delete(arranged, np.r_[200:250, 300:400]),
        np.delete(window.around, np.r_[200:250, 300:400]),
    )
    assert np.abs(arranged[300:400]).max() == pytest.approx(0.5, rel=1e-3)


def test_parts_in_which_the_voice_pauses_stay_silent() -> None:
    voice = clip(*np.tile([0.1, -0.1], 25), *[0.0] * 150)
    window = window_of(Edit.of_parts(WAVES, [(4.0, 4.5), (5.0, 6.0)]), voice)
    arranged = window.arranged(clip(*np.tile([0.1, -0.1], 200)))
    assert arranged[200:250].any() and not arranged[300:400].any()


def test_notes_say_what_is_regenerated_and_what_of_a_long_voice_counts() -> None:
    own = Provenance("x", "X", "1", "MIT", "yes")
    highs = Edit(AudioClip(np.tile(WAVES.samples, (20, 1)), 2_000), 4.0, 5.0, own, above_hz=600.0)
    assert window_of(highs).notes(None) == ["Regenerated above 600 Hz: 4.00 to 5.00 s."]
    two = window_of(Edit.of_parts(WAVES, [(4.0, 4.5), (5.0, 6.0)], own))
    voice = clip(*np.tile([0.1, -0.1], 103))
    assert (
        "longer than the parts from first to last (2.06 s): its first 2.00 s" in two.notes(voice)[1]
    )
    fitting = clip(*np.tile([0.1, -0.1], 102))
    assert len(two.notes(fitting)) == 1
    assert window_of(Edit(WAVES, 4.0, 5.0)).notes(None)[1:] == [FOREIGN]


def test_the_licence_of_what_is_kept_holds_beside_the_checkpoint_s() -> None:
    made, kept = (Provenance(n, n, "1", n.upper(), c) for n, c in (("a", "yes"), ("b", "no")))
    assert window_of(Edit(WAVES, 4.0, 5.0)).provenance(made) is made
    both = window_of(Edit(WAVES, 4.0, 5.0, kept)).provenance(made)
    assert (both.checkpoint, both.licence, both.commercial) == ("a", "A + B", "no")


def test_the_new_part_of_a_window_enters_the_whole_sound() -> None:
    edit = Edit(WAVES, 4.0, 5.0)
    made = Variation(clip(*np.tile([0.2, 0.2, -0.2, -0.2], 125)), 3, None, 50.0)
    whole = window_of(edit).spliced(made)
    assert whole.seed == 3 and whole.clip.samples.shape == WAVES.samples.shape
    np.testing.assert_array_equal(whole.clip.samples[:400], WAVES.samples[:400])
    np.testing.assert_array_equal(whole.clip.samples[500:], WAVES.samples[500:])
    part = np.sign(whole.clip.samples[430:470])
    np.testing.assert_array_equal(part, np.sign(made.clip.samples[230:270]))
