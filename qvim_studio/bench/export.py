"""``qvim-studio bench export``: times a whole pack against writing its audio alone."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from qvim_studio.audio.files.reading import read_audio
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import UsageError
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult, Variation
from qvim_studio.export.files.clip_writer import write_result
from qvim_studio.export.files.disk import sync_tree
from qvim_studio.export.packs.pack_plan import PackOptions, plan_pack
from qvim_studio.export.packs.pack_writer import export_pack

SAMPLE_RATE = 48_000
CLIPS_PER_REQUEST = 4
MAX_CLIPS = 10_000


def bench_export(options: argparse.Namespace) -> dict[str, Any]:
    """Make clips, write their audio plainly with soundfile, then make a pack of them.

    Both sides write 24-bit WAVs of the same samples to the same disk in one run. The pack reads
    the clips from the disk and writes all its files, the zip included, until they have reached the
    disk. Earlier writes are flushed first, so neither side pays for them.
    """
    if not 1 <= options.clips <= MAX_CLIPS or not 0.1 <= options.seconds <= 60:
        raise UsageError(
            f"The benchmark takes 1 to {MAX_CLIPS} clips of 0.1 to 60 s, got {options.clips} of "
            f"{options.seconds} s. Choose others."
        )
    with tempfile.TemporaryDirectory(prefix="qvim-bench-") as name:
        folder = Path(name)
        files = _make_clips(folder / "clips", options.clips, options.seconds)
        sync_tree(folder)
        plain_s, plain_cpu_s = _write_plainly(files, folder / "plain")
        sync_tree(folder)
        begin, begin_cpu = time.perf_counter(), time.process_time()
        plan = plan_pack(files, PackOptions("Bench", "QVIM", "Bench", is_commercial=True))
        export_pack(plan, folder / "packs")
        pack_s, pack_cpu_s = time.perf_counter() - begin, time.process_time() - begin_cpu
    report = {
        "clips": options.clips,
        "clip_seconds": options.seconds,
        "plain_s": round(plain_s, 3),
        "pack_s": round(pack_s, 3),
        "speed_ratio": round(plain_s / pack_s, 3),
        "plain_cpu_s": round(plain_cpu_s, 3),
        "pack_cpu_s": round(pack_cpu_s, 3),
        "cpu_ratio": round(plain_cpu_s / pack_cpu_s, 3),
    }
    if not options.json:
        sys.stdout.write(
            f"{options.clips} clips of {options.seconds:g} s: plain writes {plain_s:.2f} s, whole "
            f"pack {pack_s:.2f} s: {100 * plain_s / pack_s:.0f} % of their speed "
            f"({100 * plain_cpu_s / pack_cpu_s:.0f} % in processor time)\n"
        )
    return report


def _make_clips(folder: Path, count: int, seconds: float) -> list[Path]:
    """Write clips of decaying noise with recipes, in the generator's format."""
    frames = int(seconds * SAMPLE_RATE)
    decay = np.exp(-5 * np.arange(frames) / frames)
    files: list[Path] = []
    for start in range(0, count, CLIPS_PER_REQUEST):
        size = min(CLIPS_PER_REQUEST, count - start)
        request = GenerationRequest(text="bench noise", variations=size, seed=start)
        variations = tuple(
            Variation(_noise(start + index, decay), start + index, None, SAMPLE_RATE / 2)
            for index in range(size)
        )
        made_by = Provenance("bench", "Benchmark", "1", "CC0-1.0", "yes")
        result = GenerationResult(request, made_by, variations)
        files += [clip.path for clip in write_result(result, folder, f"noise {start:05d}")]
    return files


def _noise(seed: int, decay: np.ndarray) -> AudioClip:
    samples = np.random.default_rng(seed).uniform(-0.8, 0.8, len(decay)) * decay
    return AudioClip.from_mono(samples, SAMPLE_RATE)


def _write_plainly(files: list[Path], folder: Path) -> tuple[float, float]:
    """Wall seconds and processor seconds of soundfile.write alone."""
    folder.mkdir()
    total_s = total_cpu_s = 0.0
    for file in files:
        clip = read_audio(file)
        begin, begin_cpu = time.perf_counter(), time.process_time()
        soundfile.write(folder / file.name, clip.samples, clip.sample_rate, "PCM_24")
        total_s += time.perf_counter() - begin
        total_cpu_s += time.process_time() - begin_cpu
    return total_s, total_cpu_s
