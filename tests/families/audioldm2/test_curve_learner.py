"""In training, curves come beside the condition of a voice without words, or of nothing."""

from __future__ import annotations

import torch
from audioldm2_runs import plan_of

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.request import VramMode
from qvim_studio.families.audioldm2.curve_learner import StreamCurveLearner
from qvim_studio.families.audioldm2.parts import load_audioldm2
from qvim_studio.families.audioldm2.stream_denoiser import StreamDenoiser


@torch.no_grad()
def test_dropped_rows_get_the_empty_condition_and_others_that_of_their_voice(
    checkpoint: Checkpoint,
) -> None:
    parts = load_audioldm2(checkpoint, plan_of(VramMode.CPU))
    learner, prompt = StreamCurveLearner(parts), parts.prompt
    torch.manual_seed(0)
    noisy, times = torch.randn(2, 8, 4, 16), torch.tensor([3, 700])
    voices = torch.nn.functional.normalize(torch.randn(2, 512), dim=-1)
    made = learner.predict(noisy, times, voices, torch.tensor([True, False]))
    heard = prompt.wanted("", voices[1:], 0.0)
    for row, condition in ((0, prompt.unwanted("")), (1, heard)):
        expected = StreamDenoiser(parts.unet)(noisy, times, condition.repeated(2))
        torch.testing.assert_close(made[row], expected[row], atol=2e-4, rtol=1e-3)
        assert not torch.allclose(made[1 - row], expected[1 - row], atol=2e-3)
    assert learner.scheduler_config is parts.scheduler_config
