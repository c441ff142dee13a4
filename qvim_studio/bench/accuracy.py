"""How far few steps are from many: judged on trained weights, against 200 float32 DDIM steps."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch

from qvim_studio.core.request import SamplerName, VramMode
from qvim_studio.models.audioldm import AudioLdmParts, load_audioldm
from qvim_studio.models.checkpoints import Checkpoint
from qvim_studio.models.compute_plan import make_plan
from qvim_studio.models.text_conditioner import TextConditioner
from qvim_studio.pipeline.sampler import Conditions, make_scheduler, sample_latents

TEXTS = ("dog bark", "explosion")
FRAMES, BINS = 32, 16  # 1.28 s of latents: the solver's error does not depend on the length
GUIDANCE = 2.0
REFERENCE_STEPS = 200


@dataclass(frozen=True)
class SolverError:
    """Relative RMS distance of the latents from the reference's, mean over the texts."""

    sampler: str
    dtype: str
    steps: int
    error: float


def measure_errors(
    checkpoint: Checkpoint, ddim_steps: tuple[int, ...], solver_steps: tuple[int, ...]
) -> list[SolverError]:
    """DDIM in float32, the pipeline's way, and our solver in bfloat16, on the same noise."""
    plan = make_plan(VramMode.CPU, checkpoint)
    exact = load_audioldm(checkpoint, replace(plan, dtype=torch.float32))
    rounded = load_audioldm(checkpoint, replace(plan, dtype=torch.bfloat16))
    trial = _Trial(checkpoint)
    reference = trial.sample(exact, SamplerName.DDIM, REFERENCE_STEPS)
    cases = [(exact, SamplerName.DDIM, steps) for steps in ddim_steps]
    cases += [(rounded, SamplerName.DPM_SOLVER, steps) for steps in solver_steps]
    errors = []
    for parts, sampler, steps in cases:
        error = _relative_error(trial.sample(parts, sampler, steps), reference)
        dtype = str(parts.unet.dtype).removeprefix("torch.")
        errors.append(SolverError(sampler.value, dtype, steps, round(error, 5)))
    return errors


class _Trial:
    """Fixed noise and words for one checkpoint; control channels say "no control"."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        *wanted, unwanted = TextConditioner(checkpoint.installed_folder()).embed([*TEXTS, ""])
        count = len(TEXTS)
        controls = None
        if checkpoint.controls:
            controls = torch.zeros(count, len(checkpoint.controls), FRAMES, BINS)
        self._conditions = Conditions(torch.cat(wanted), unwanted.expand(count, -1), controls)

    def sample(self, parts: AudioLdmParts, sampler: SamplerName, steps: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(0)
        shape = (len(TEXTS), parts.latent_channels, FRAMES, BINS)
        return sample_latents(
            parts.unet,
            make_scheduler(sampler, parts.scheduler_config),
            torch.randn(shape, generator=generator),
            self._conditions,
            steps=steps,
            guidance=GUIDANCE,
            on_step=lambda step, steps: None,
            is_cancelled=lambda: False,
        )


def _relative_error(made: torch.Tensor, reference: torch.Tensor) -> float:
    distance = (made - reference).square().mean(dim=(1, 2, 3)).sqrt()
    return (distance / reference.square().mean(dim=(1, 2, 3)).sqrt()).mean().item()
