"""The UNet's training set: latents, control curves and condition of every recording, cached.

Encoding once is what makes UNet training cheap: each recording is kept at a few playback speeds
(pitch and time moved together), and a training step only reads arrays.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
import torch

from qvim_studio.audio.following.controls import (
    SILENCE_DB,
    ControlCurves,
    extract_controls,
    fit_controls,
)
from qvim_studio.core.errors import StudioError
from qvim_studio.networks.mel import HOP, SAMPLE_RATE, MelSpectrogram
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before diffusers)
from qvim_studio.training.corpus.corpus import Corpus
from qvim_studio.training.loop.loop import save_atomically
from qvim_studio.training.loop.machine import find_machine

from diffusers import AutoencoderKL  # isort: skip

log = logging.getLogger(__name__)

SPEEDS = (1.0, 2**-0.2, 2**0.2, 2**-0.1, 2**0.1)  # up to 2.4 semitones either way
FRAME_SAMPLES = 4 * HOP  # one latent frame: 40 ms at 16 kHz
TAIL_FRAMES = 12  # silence kept after each sound, so that endings are learned as well
MAX_ENCODE_FRAMES = 256  # 10.24 s: the recordings are no longer than 10 s


@dataclass(frozen=True, eq=False)
class LatentItem:
    """latents: float16 (frames, 8, 16), scaled to unit variance. One curve value per frame."""

    latents: np.ndarray
    curves: ControlCurves


@dataclass(frozen=True, eq=False)
class LatentSet:
    """items[i][k]: recording i of the corpus at SPEEDS[k]; silence: one latent frame (8, 16)."""

    items: list[list[LatentItem]]
    silence: np.ndarray


def load_or_make_latents(corpus: Corpus, vae_folder: Path, cache_file: Path) -> LatentSet:
    """Read the cache, or encode the whole corpus with the VAE (some minutes on a CPU); a VAE that
    was trained since is another one."""
    vae = AutoencoderKL.from_pretrained(vae_folder, local_files_only=True).float().eval()
    name = _encoder_id(vae)
    if not cache_file.is_file():
        _make(corpus, vae, cache_file)
    state = torch.load(cache_file, weights_only=True)
    if state.get("vae_id") != name:
        log.info("%s was made by another VAE and is made again", cache_file)
        _make(corpus, vae, cache_file)
        state = torch.load(cache_file, weights_only=True)
    items = [
        [
            LatentItem(entry["latents"].numpy(), ControlCurves(*entry["curves"].numpy()))
            for entry in speeds
        ]
        for speeds in state["items"]
    ]
    if len(items) != len(corpus.items) or state.get("corpus_id", corpus.id) != corpus.id:
        raise StudioError(
            f"{cache_file} was made of another training set ({len(items)} recordings, this one "
            f"has {len(corpus.items)}). Delete that file, it will be made again; or train in "
            "another folder with --runs."
        )
    return LatentSet(items, state["silence"].numpy())


@torch.no_grad()
def _make(corpus: Corpus, vae: AutoencoderKL, cache_file: Path) -> None:
    device = find_machine().device
    vae, mel = vae.to(device), MelSpectrogram().to(device)

    def encode(samples: np.ndarray) -> torch.Tensor:
        waveform = torch.from_numpy(samples)[None].to(device)
        posterior = vae.encode(mel(waveform)).latent_dist
        scaled = posterior.mode() * vae.config.scaling_factor
        return scaled[0].permute(1, 0, 2).half().cpu().contiguous()

    silence = encode(np.zeros(32 * FRAME_SAMPLES, np.float32))[16]
    entries = []
    for number, item in enumerate(corpus.items):
        original = corpus.samples(item, SAMPLE_RATE)
        curves = extract_controls(original, SAMPLE_RATE)
        speeds = []
        for speed in SPEEDS:
            samples = soxr.resample(original, SAMPLE_RATE, SAMPLE_RATE / speed)
            frames = min(-(-len(samples) // FRAME_SAMPLES), MAX_ENCODE_FRAMES)
            padded = np.zeros((frames + TAIL_FRAMES) * FRAME_SAMPLES, np.float32)
            samples = samples[: frames * FRAME_SAMPLES]
            padded[: len(samples)] = samples
            speeds.append({"latents": encode(padded), "curves": _stack(curves, frames, speed)})
        entries.append(speeds)
        if number % 200 == 0:
            log.info("encoded %d of %d recordings", number, len(corpus.items))
    cache_file.parent.mkdir(parents=True, exist_ok=True)
    state = {
        "items": entries,
        "silence": silence,
        "corpus_id": corpus.id,
        "vae_id": _encoder_id(vae),
    }
    save_atomically(state, cache_file)


def _encoder_id(vae: AutoencoderKL) -> str:
    """Of the half that makes latents; the decoder may be trained on."""
    name = hashlib.sha256(repr(vae.config.scaling_factor).encode())
    for part in (vae.encoder, vae.quant_conv):
        for weight in part.state_dict().values():
            name.update(weight.half().cpu().contiguous().numpy().tobytes())
    return name.hexdigest()[:16]


def _stack(curves: ControlCurves, frames: int, speed: float) -> torch.Tensor:
    """The original's curves at another speed, float32 (4, frames + TAIL_FRAMES)."""
    fitted = fit_controls(curves, frames)
    stacked = np.stack(
        [
            fitted.loudness_db,
            fitted.centroid_hz * speed,
            fitted.pitch_hz * speed,
            fitted.periodicity,
        ]
    )
    tail = np.zeros((4, TAIL_FRAMES), np.float32)
    tail[0] = SILENCE_DB
    return torch.from_numpy(np.concatenate([stacked, tail], axis=1).astype(np.float32))
