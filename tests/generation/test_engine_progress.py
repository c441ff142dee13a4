"""What the engine reports while it works, and how it ends at a cancel."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from engine_runs import find_two, make_silent, noise_burst

from qvim_studio.core.errors import CancelledError
from qvim_studio.core.match import goodness
from qvim_studio.core.request import GenerationRequest, Start, VramMode
from qvim_studio.core.result import Progress
from qvim_studio.core.sound_query import SoundQuery
from qvim_studio.families.audioldm.generator import AudioLdmGenerator
from qvim_studio.generation.core_share import CoreShare
from qvim_studio.generation.engine import StudioEngine
from qvim_studio.generation.starts import NearestSound

pytestmark = pytest.mark.usefixtures("quick_ears")


def test_between_all_steps_the_engine_looks_for_free_cores(
    engine: StudioEngine, tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    monkeypatch.setattr(CoreShare, "__enter__", lambda share: order.append("begin"))
    monkeypatch.setattr(CoreShare, "__exit__", lambda share, *error: order.append("end"))
    monkeypatch.setattr(CoreShare, "settle", lambda share: order.append("look"))
    request = GenerationRequest(imitation=noise_burst(0.3), checkpoint=tiny, variations=1)
    engine.generate(request, lambda progress: order.append(progress.phase), lambda: False)
    assert (order.pop(0), order.pop()) == ("begin", "end")
    phases = order[1::2]
    assert order[::2] == ["look"] * len(phases)
    assert phases.count("denoise") >= 3 and {"load", "encode", "decode"} < set(phases)


def test_progress_runs_once_through_every_phase(engine: StudioEngine, tiny: str) -> None:
    seen: list[Progress] = []
    request = GenerationRequest(imitation=noise_burst(0.3), checkpoint=tiny, variations=3)
    engine.generate(request, seen.append, lambda: False)
    phases = list(dict.fromkeys(progress.phase for progress in seen))
    assert phases == ["load", "encode", "denoise", "decode"]
    pictures = [p.preview.shape for p in seen if p.preview is not None]
    assert pictures == [(64, 30)] * 3  # each sound as soon as it is there; too short for others
    denoised = [p.step for p in seen if p.phase == "denoise"]
    assert denoised == list(range(1, 3 * 3 + 1))


def test_cancel_during_denoising_raises(engine: StudioEngine, tiny: str) -> None:
    seen: list[Progress] = []
    request = GenerationRequest(imitation=noise_burst(0.3), checkpoint=tiny)
    with pytest.raises(CancelledError):
        engine.generate(request, seen.append, lambda: any(p.phase == "denoise" for p in seen))
    assert seen[-1].step == 1


def test_cancel_ends_the_listening_before_anything_is_looked_for(tiny: str) -> None:
    looked: list[SoundQuery] = []

    def find(query: SoundQuery, folder: str | None, embedder: object) -> tuple[NearestSound, ...]:
        looked.append(query)
        return ()

    seen: list[Progress] = []
    request = GenerationRequest(imitation=noise_burst(0.3), checkpoint=tiny, start=Start.NEAREST)
    with pytest.raises(CancelledError):
        StudioEngine(find).generate(
            request, seen.append, lambda: any(p.phase == "encode" for p in seen)
        )
    assert not looked


@pytest.mark.parametrize(
    ("begin", "last"),
    [("unet", "unet.conv_out"), ("vae.decoder", "vae.decoder.conv_out"), ("vocoder", "")],
)
def test_cancel_ends_every_network_in_the_middle(
    engine: StudioEngine, tiny: str, begin: str, last: str
) -> None:
    engine.prepare(tiny, VramMode.AUTO)
    assert engine._loaded is not None
    generator_of = engine._loaded.generator
    assert isinstance(generator_of, AudioLdmGenerator)
    parts = generator_of.loaded.parts
    cancelled, ran = [], []
    _submodule(parts, begin).register_forward_pre_hook(lambda *_: cancelled.append(1))
    end = _submodule(parts, last) if last else list(parts.vocoder.modules())[-1]
    end.register_forward_hook(lambda *_: ran.append(1))
    request = GenerationRequest(imitation=noise_burst(0.3), checkpoint=tiny, variations=1)
    with pytest.raises(CancelledError):
        engine.generate(request, lambda progress: None, lambda: bool(cancelled))
    engine.close()
    assert cancelled and not ran


def _submodule(parts: object, name: str) -> torch.nn.Module:
    network, _, inside = name.partition(".")
    return getattr(parts, network).get_submodule(inside)


def test_progress_of_spread_variations_moves_once_from_left_to_right(tiny: str) -> None:
    shares: list[float] = []

    def on_progress(progress: Progress) -> None:
        if progress.phase == "denoise":
            shares.append(progress.fraction)

    request = GenerationRequest(
        imitation=noise_burst(0.3), checkpoint=tiny, start=Start.NEAREST, variety=1.0
    )
    StudioEngine(find_two).generate(request, on_progress, lambda: False)
    assert shares == sorted(shares) and shares[-1] == 1.0


def test_every_sound_arrives_before_the_next_one_is_begun(
    engine: StudioEngine, tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_silent(monkeypatch, 2)
    seen: list[Progress] = []
    request = GenerationRequest(
        imitation=noise_burst(0.7), checkpoint=tiny, variations=3, steps=3, seed=7
    )
    result = engine.generate(request, seen.append, lambda: False)
    arriving = [progress for progress in seen if progress.arrived is not None]
    assert [(p.phase, p.step, p.steps) for p in arriving] == [("decode", 1, 3), ("decode", 2, 3)]
    arrived = [p.arrived for p in arriving if p.arrived is not None]
    variations = [variation for one in arrived for variation in one.variations]
    assert [variation.seed for variation in variations] == [7, 9]
    assert sorted(variations, key=lambda v: -goodness(v.match)) == list(result.variations)
    assert all(one.request == result.request for one in arrived)
    assert all(one.provenance == result.provenance for one in arrived)
    assert "no sound for seed 8" in str(arrived[1].notes) and not arrived[0].notes
    steps = [p.step for p in seen[: seen.index(arriving[0])] if p.phase == "denoise"]
    assert steps == [1, 2, 3]
    assert all(p.preview is not None and p.preview.dtype == np.uint8 for p in arriving)
