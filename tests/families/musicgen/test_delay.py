"""The delay pattern: transformers' own, and back again."""

from __future__ import annotations

import pytest
import torch
from tiny_musicgen import SILENT_CODE, make_tiny_musicgen

from qvim_studio.families.musicgen.delay import OPEN, delayed, undelayed


@pytest.mark.parametrize(
    ("is_stereo", "delays"), [(False, (0, 1, 2, 3)), (True, (0, 0, 1, 1, 2, 2, 3, 3))]
)
@pytest.mark.parametrize("known", [0, 5])
def test_the_pattern_is_that_of_transformers(
    is_stereo: bool, delays: tuple[int, ...], known: int
) -> None:
    model = make_tiny_musicgen(has_melody=False, is_stereo=is_stereo)
    codes = torch.randint(
        0, 16, (1, len(delays), known), generator=torch.Generator().manual_seed(0)
    )
    begun = torch.cat([torch.full((1, len(delays), 1), SILENT_CODE), codes], dim=2)
    _, expected = model.decoder.build_delay_pattern_mask(begun[0], SILENT_CODE, max_length=8 + 4)
    made = delayed(codes, 8, delays, SILENT_CODE)
    assert torch.equal(made[0], expected)
    assert int((made == OPEN).sum()) == len(delays) * (8 - known)


def test_frames_come_back_from_their_columns() -> None:
    codes = torch.arange(20).view(1, 4, 5)
    columns = delayed(codes, 5, (0, 1, 2, 3), SILENT_CODE)
    assert torch.equal(undelayed(columns, (0, 1, 2, 3), 0, 5), codes)
    assert torch.equal(undelayed(columns, (0, 1, 2, 3), 2, 4), codes[..., 2:4])
