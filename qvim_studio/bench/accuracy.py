"""Measures the error of few steps on trained weights, against 200 float32 DDIM steps.

Rule, fixed before measuring: the number of steps is chosen on one half of the samples (the fewest
whose mean error is no more than that of the pipeline's own steps) and judged on the other half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch

from qvim_studio.checkpoints.card import Defaults
from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.request import SamplerName, VramMode
from qvim_studio.diffusion.sampler import make_scheduler, sample_latents
from qvim_studio.families.audioldm.label_denoiser import LabelDenoiser, label_conditions
from qvim_studio.families.audioldm.parts import AudioLdmParts, load_audioldm
from qvim_studio.families.plans import plan_for
from qvim_studio.networks.mel import DB_PER_NEPER, N_MELS
from qvim_studio.voice.text_conditioner import TextConditioner

TEXTS = ("dog bark", "explosion", "rain", "heavy wooden door")
SEEDS = 4  # per text: the first half chooses the steps, the second judges
FRAMES, BINS = 32, 16  # 1.28 s of latents: the solver's error does not depend on the length
GUIDANCE = 2.0
REFERENCE_STEPS = 200
ACTIVE_RANGE_DB = 60.0  # below a clip's loudest frame counts as silence


@dataclass(frozen=True)
class SolverError:
    """The distance of one solver from the reference, mean over samples.

    error: relative RMS distance of the latents, on the samples that judge; choosing_error: on
    those that choose. active_db: mean absolute difference of the decoded log-mel in frames that
    sound, on all.
    """

    sampler: str
    dtype: str
    steps: int
    error: float
    choosing_error: float
    active_db: float


def measure_errors(
    checkpoint: Checkpoint, ddim_steps: tuple[int, ...], solver_steps: tuple[int, ...]
) -> list[SolverError]:
    """Measure DDIM in float32, as in the pipeline, and our solver in bfloat16, on the same noise.

    Our solver skips guidance in its last steps, as for the large checkpoints whose speed is
    compared.
    """
    plan = plan_for(checkpoint, VramMode.CPU)
    exact = load_audioldm(checkpoint, replace(plan, dtype=torch.float32))
    rounded = load_audioldm(checkpoint, replace(plan, dtype=torch.bfloat16))
    trial = Trial(checkpoint)
    reference = trial.sample(exact, SamplerName.DDIM, REFERENCE_STEPS)
    cases = [(exact, SamplerName.DDIM, steps) for steps in ddim_steps]
    cases += [(rounded, SamplerName.DPM_SOLVER, steps) for steps in solver_steps]
    errors = []
    half = SEEDS // 2 * len(TEXTS)
    for parts, sampler, steps in cases:
        share = 1.0 if sampler is SamplerName.DDIM else Defaults().guided_share
        made = trial.sample(parts, sampler, steps, guided_share=share)
        errors.append(
            SolverError(
                sampler=sampler.value,
                dtype=str(parts.unet.dtype).removeprefix("torch."),
                steps=steps,
                error=round(relative_error(made[half:], reference[half:]), 5),
                choosing_error=round(relative_error(made[:half], reference[:half]), 5),
                active_db=round(_active_db(exact, made, reference), 3),
            )
        )
    return errors


class Trial:
    """Fixed noise and words for one checkpoint; all control channels are set to "no control".

    seeds: samples of every text. frames: of the latents of each sample.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        texts: Sequence[str] = TEXTS,
        seeds: int = SEEDS,
        frames: int = FRAMES,
    ) -> None:
        *wanted, unwanted = TextConditioner(checkpoint.installed_folder()).embed([*texts, ""])
        self._count = count = seeds * len(texts)
        self._frames = frames
        controls = None
        if checkpoint.controls:
            controls = torch.zeros(count, len(checkpoint.controls), frames, BINS)
        wanted = torch.cat(seeds * wanted)
        self._conditions = label_conditions(wanted, unwanted.expand(count, -1), controls)

    def sample(
        self,
        parts: AudioLdmParts,
        sampler: SamplerName,
        steps: int,
        *,
        passes: int = 1,
        guided_share: float = 1.0,
    ) -> torch.Tensor:
        """Latents (samples, channels, frames, BINS): every text, then every text again."""
        generator = torch.Generator().manual_seed(0)
        shape = (self._count, parts.latent_channels, self._frames, BINS)
        return sample_latents(
            LabelDenoiser(parts.unet),
            make_scheduler(sampler, parts.scheduler_config),
            torch.randn(shape, generator=generator),
            self._conditions,
            steps=steps,
            guidance=GUIDANCE,
            guidance_passes=passes,
            guided_share=guided_share,
            on_step=lambda step, steps: None,
            is_cancelled=lambda: False,
        )


def relative_error(made: torch.Tensor, reference: torch.Tensor) -> float:
    """RMS of the difference over RMS of the reference, mean over the samples."""
    distance = (made - reference).square().mean(dim=(1, 2, 3)).sqrt()
    return (distance / reference.square().mean(dim=(1, 2, 3)).sqrt()).mean().item()


@torch.inference_mode()
def _active_db(parts: AudioLdmParts, made: torch.Tensor, reference: torch.Tensor) -> float:
    """Mean absolute difference of the log-mel in frames where the reference sounds."""
    mel, expected = (
        parts.vae.decode(latents / parts.scaling_factor).sample[:, 0, :, :N_MELS]
        for latents in (made, reference)
    )
    level_db = DB_PER_NEPER / 2 * expected.exp().square().sum(dim=-1).log()
    is_active = level_db > level_db.amax(dim=1, keepdim=True) - ACTIVE_RANGE_DB
    return float((mel - expected).abs().mean(dim=-1)[is_active].mean() * DB_PER_NEPER)
