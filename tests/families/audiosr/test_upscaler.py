"""Highs are made as published, nothing else of a sound changes, and a seed decides what is made."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from scipy.signal import butter, resample_poly, sosfiltfilt
from torch import nn

from qvim_studio.core.errors import CancelledError, EngineError, UsageError
from qvim_studio.core.options import OptionValues
from qvim_studio.families.audiosr.parts import AudioSrParts
from qvim_studio.families.audiosr.upscaler import AudioSrUpscaler, LoadedAudioSr
from qvim_studio.families.protocol import Report
from qvim_studio.families.upscaling import Upscaler
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.networks.torch_audio import torchaudio

from diffusers import DDIMScheduler  # isort: skip

RATE, CANVAS = 48_000, 30_720  # 0.64 s: 8 latent frames
VALUES = OptionValues({"steps": 5, "guidance": 3.5})


def sound(seconds: float = 0.6, seed: int = 0) -> np.ndarray:
    """Noise below 8 kHz at a level of its own."""
    noise = np.random.default_rng(seed).standard_normal(round(seconds * RATE))
    low = sosfiltfilt(butter(8, 8000 / 24_000, output="sos"), noise)
    return (0.07 * low + 0.01).astype(np.float32)


def highs(samples: np.ndarray) -> np.ndarray:
    """Above 9 kHz, under a window that keeps the lows from leaking into them."""
    spectrum = np.fft.rfft(samples * np.hanning(len(samples)))
    return spectrum[round(9000 / RATE * len(samples)) :]


class Fakes:
    """Networks that compute next to nothing; the vocoder hisses at a level."""

    def __init__(self, plan: ComputePlan, level: float = 0.1) -> None:
        self.calls = 0

        def unet(given: torch.Tensor, timestep: Any, encoder_hidden_states: None) -> Any:
            self.calls += 1
            return SimpleNamespace(sample=given[:, :1])

        def vocoder(log_mel: torch.Tensor) -> torch.Tensor:
            return level * torch.randn(1, log_mel.shape[1] * 480 + 16)

        def encode(log_mel: torch.Tensor) -> torch.Tensor:
            return log_mel[:, :, ::8, ::8].expand(-1, 2, -1, -1)

        def decode(latents: torch.Tensor) -> torch.Tensor:
            return latents.repeat_interleave(8, 2).repeat_interleave(8, 3)

        networks = {}
        for name, run in (("unet", unet), ("encoder", encode), ("vocoder", vocoder)):
            networks[name] = nn.Module()
            networks[name].forward = run
        networks["unet"].dtype = torch.float32
        decoder = nn.Module()
        decoder.forward = decode
        vae = SimpleNamespace(post_quant_conv=nn.Identity(), decoder=decoder)
        self.parts = AudioSrParts(
            **networks,
            vae=vae,
            scale=1.0,
            latent_channels=1,
            plan=plan,
            canvas_samples=CANVAS,
        )


@torch.inference_mode()
def reference(parts: AudioSrParts, samples: np.ndarray, seed: int, steps: int) -> np.ndarray:
    """The published steps written down a second time, from the paper and the public code; up to
    the vocoder's waveform. The official package does not run beside the studio's libraries."""
    waveform = np.zeros(CANVAS, np.float32)
    centred = samples - samples.mean()
    waveform[: len(samples)] = centred / np.abs(centred).max() * 0.5
    basis = torchaudio.functional.melscale_fbanks(
        1025, 20.0, 24_000.0, 256, RATE, norm="slaney", mel_scale="slaney"
    )

    def magnitudes(given: np.ndarray) -> torch.Tensor:
        padded = torch.from_numpy(np.pad(given, 784, mode="reflect"))
        frames = padded.unfold(0, 2048, 480) * torch.hann_window(2048)
        return torch.fft.rfft(frames).abs()

    summed = magnitudes(waveform)[:, :1024].sum(0).double().cumsum(0)
    cutoff = int(torch.nonzero(summed < 0.985 * summed[-1]).max()) / 1024 * 24_000
    sections = butter(8, int(cutoff) / 24_000, output="sos")
    low = sosfiltfilt(sections, waveform)
    low = resample_poly(resample_poly(low, 2 * int(cutoff), RATE), RATE, 2 * int(cutoff))
    low = sosfiltfilt(sections, low[:CANVAS]).astype(np.float32)
    log_mel = (magnitudes(low) @ basis).clamp(min=1e-5).log()
    generator = torch.Generator().manual_seed(seed)
    mean, log_variance = parts.encoder(log_mel[None, None]).chunk(2, dim=1)
    shape = mean.shape
    drawn = torch.randn(shape, generator=generator)
    wanted = parts.scale * (mean + (log_variance / 2).exp() * drawn)
    unwanted = torch.full(shape, -11.4981 * parts.scale)
    time = (torch.arange(1001, dtype=torch.float64) / 1000 + 0.008) / 1.008 * torch.pi / 2
    signal = time.cos().square()
    scheduler = DDIMScheduler(
        trained_betas=(1 - signal[1:] / signal[:-1]).numpy(),
        prediction_type="v_prediction",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    )
    scheduler.set_timesteps(steps)
    latents = torch.randn(shape, generator=generator)
    for now in scheduler.timesteps:
        both = [
            parts.unet(torch.cat([latents, each], 1), now, encoder_hidden_states=None).sample
            for each in (unwanted, wanted)
        ]
        noise = torch.randn(shape, generator=generator)
        guided = both[0] + 3.5 * (both[1] - both[0])
        latents = scheduler.step(guided, now, latents, eta=1.0, variance_noise=noise).prev_sample
    made = parts.vae.decode(latents / parts.scale).sample[0, 0]
    energy = log_mel.double().exp().sum(0).cumsum(0)
    band = int(torch.nonzero(energy < 0.985 * energy[-1]).max())
    made[:, :band] = log_mel[:, :band]
    return parts.vocoder(made[None]).reshape(-1)[:CANVAS].numpy()


@pytest.mark.slow  # three sounds by a network that is not small: 4 s
def test_highs_are_those_of_the_published_steps(parts: AudioSrParts) -> None:
    samples = sound()
    extended = AudioSrUpscaler(parts, VALUES, seed=3).extend(samples)
    made = reference(parts, samples, 3, 5)[: len(samples)]
    ours, theirs = highs(extended), highs(made)
    gain = np.vdot(theirs, ours).real / np.vdot(theirs, theirs).real
    assert np.linalg.norm(ours - gain * theirs) < 1e-2 * np.linalg.norm(ours)
    again = AudioSrUpscaler(parts, VALUES, seed=3).extend(samples)
    assert np.array_equal(again, extended)
    other = highs(AudioSrUpscaler(parts, VALUES, seed=4).extend(samples))
    assert np.linalg.norm(other - ours) > 0.1 * np.linalg.norm(ours)


def test_the_vocoder_makes_the_waveform_of_the_published_steps(parts: AudioSrParts) -> None:
    """Compared before the recording's own band is put back, which this program does otherwise."""
    made: list[torch.Tensor] = []
    hook = parts.vocoder.register_forward_hook(lambda *call: made.append(call[-1].reshape(-1)))
    try:
        AudioSrUpscaler(parts, VALUES, seed=3).extend(sound())
        reference(parts, sound(), 3, 5)
    finally:
        hook.remove()
    ours, theirs = made
    assert (ours - theirs).abs().max() < 1e-4 * theirs.abs().max()


def test_it_is_an_upscaler(cpu: ComputePlan) -> None:
    upscaler: Upscaler = AudioSrUpscaler(Fakes(cpu).parts)
    assert (upscaler.input_rate_hz, upscaler.output_rate_hz) == (48_000, 48_000)
    assert upscaler.reach_hz == 24_000.0


def test_a_sound_keeps_its_level_its_length_and_its_own_band(cpu: ComputePlan) -> None:
    samples = sound(1.0)
    extended = AudioSrUpscaler(Fakes(cpu).parts, VALUES, piece_samples=4 * CANVAS).extend(samples)
    assert extended.shape == samples.shape and extended.dtype == np.float32
    low = slice(0, round(7000 / RATE * len(samples)))
    window = np.hanning(len(samples))  # else the highs leak into every bin
    before, after = (np.fft.rfft(each * window)[low] for each in (samples, extended))
    assert np.linalg.norm(after - before) < 0.02 * np.linalg.norm(before)
    assert np.linalg.norm(highs(extended)) > 10 * np.linalg.norm(highs(samples))


def test_equal_channels_stay_equal_and_cost_one(cpu: ComputePlan) -> None:
    fakes, samples = Fakes(cpu), sound(0.3)
    extended = AudioSrUpscaler(fakes.parts, VALUES).extend(np.stack([samples, samples], axis=1))
    assert extended.shape == (len(samples), 2)
    assert np.array_equal(extended[:, 0], extended[:, 1]) and fakes.calls == 5


def test_channels_are_extended_each_by_itself(cpu: ComputePlan) -> None:
    both = np.stack([sound(0.3), 0.1 * sound(0.3, seed=5)], axis=1)
    extended = AudioSrUpscaler(Fakes(cpu).parts, VALUES).extend(both)
    levels = np.linalg.norm(extended, axis=0) / np.linalg.norm(both, axis=0)
    assert (np.abs(levels - 1.0) < 1.0).all()


def test_long_sounds_are_made_in_pieces_without_a_dip(cpu: ComputePlan) -> None:
    fakes, samples = Fakes(cpu), sound(3.0)
    upscaler = AudioSrUpscaler(
        fakes.parts, VALUES, piece_samples=CANVAS, overlap_samples=CANVAS // 4
    )
    extended = upscaler.extend(samples)
    assert fakes.calls == 5 * 6
    passband = butter(8, 10_000 / 24_000, btype="high", output="sos")
    added = sosfiltfilt(passband, extended)[4800:-4800]
    power = np.square(added[: len(added) // 2400 * 2400]).reshape(-1, 2400).mean(axis=1)
    assert 10 * np.log10(power.min() / np.median(power)) > -2.0


def test_silence_stays_silent_and_costs_nothing(cpu: ComputePlan) -> None:
    fakes, silence = Fakes(cpu), np.zeros(9600, np.float32)
    assert not AudioSrUpscaler(fakes.parts, VALUES).extend(silence).any()
    assert not fakes.calls


def test_progress_is_of_all_pieces_and_channels(cpu: ComputePlan) -> None:
    reported: list[tuple[int, int]] = []
    report = Report(lambda done, steps, picture: reported.append((done, steps)), lambda: False)
    both = np.stack([sound(1.0), sound(1.0, seed=1)], axis=1)
    AudioSrUpscaler(
        Fakes(cpu).parts, VALUES, 0, report, piece_samples=CANVAS, overlap_samples=CANVAS // 4
    ).extend(both)
    assert {steps for _, steps in reported} == {2 * 2 * 5}
    assert reported == sorted(reported) and reported[-1] == (20, 20)


def test_a_cancel_ends_it_within_a_step(cpu: ComputePlan) -> None:
    fakes = Fakes(cpu)
    report = Report(lambda done, steps, picture: None, lambda: fakes.calls == 2)
    with pytest.raises(CancelledError):
        AudioSrUpscaler(fakes.parts, VALUES, 0, report).extend(sound(0.3))
    assert fakes.calls == 2


def test_networks_that_give_no_numbers_are_told(cpu: ComputePlan) -> None:
    with pytest.raises(EngineError, match="invalid numbers for seed 7"):
        AudioSrUpscaler(Fakes(cpu, float("nan")).parts, VALUES, seed=7).extend(sound(0.3))


def test_values_out_of_range_are_refused(cpu: ComputePlan) -> None:
    with pytest.raises(UsageError, match="Steps"):
        AudioSrUpscaler(Fakes(cpu).parts, OptionValues({"steps": 0}))


def test_a_processor_is_told_to_be_slow(cpu: ComputePlan) -> None:
    assert "A GPU is advised" in LoadedAudioSr(Fakes(cpu).parts).notes[0]
    assert not LoadedAudioSr(Fakes(replace(cpu, device="cuda")).parts).notes
