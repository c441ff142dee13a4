"""Starts are mixed with a second sound by a constant share or from one to the other over time."""

from __future__ import annotations

import numpy as np
import torch

from qvim_studio.core.clip import AudioClip
from qvim_studio.families.morphing import morphed
from qvim_studio.families.protocol import Asked, Morph

FIRST = torch.tensor([3.0, 0.0])[None, :, None].expand(1, 2, 20).contiguous()
SECOND = torch.tensor([0.0, 3.0])[None, :, None].expand(1, 2, 20).contiguous()
CLIP = AudioClip.from_mono(np.zeros(10), 1000)


def mixed(at: float | None, span: tuple[float, float] = (0.0, 1.0), sounding: int = 20):
    def encode(clip: AudioClip) -> torch.Tensor:
        assert clip is CLIP
        return SECOND

    asked = Asked(1.0, morph=Morph(CLIP, at, span))
    return morphed(FIRST, asked, sounding, encode)[0]


def test_without_a_morph_the_start_stays_and_nothing_is_encoded() -> None:
    assert morphed(FIRST, Asked(1.0), 20, lambda clip: SECOND) is FIRST


def test_a_constant_share_holds_for_every_frame_on_the_arc_between_both() -> None:
    made = mixed(1 / 3)
    expected = 3.0 * torch.tensor([np.cos(np.pi / 6), np.sin(np.pi / 6)], dtype=torch.float32)
    torch.testing.assert_close(made, expected[:, None].expand(2, 20))


def test_over_time_the_first_becomes_the_second_while_the_sound_lasts() -> None:
    made = mixed(None, sounding=10)
    torch.testing.assert_close(made[:, 0], FIRST[0, :, 0])
    torch.testing.assert_close(made[:, 9:], SECOND[0, :, 9:])
    assert (made[1, 1:10] >= made[1, :9]).all()


def test_a_window_is_its_part_of_the_whole_morph() -> None:
    whole, half = mixed(None), mixed(None, (0.0, 9.5 / 19))
    torch.testing.assert_close(half[:, -1], mixed(0.5)[:, 0], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(half[:, 0], whole[:, 0])
