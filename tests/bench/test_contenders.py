"""Pipeline and studio are asked the same, and what cannot be compared is told."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from qvim_studio.bench.contenders import PipelineContender, Place, StudioContender
from qvim_studio.core.engine import OnProgress
from qvim_studio.core.errors import StudioError
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.request import GenerationRequest, VramMode
from qvim_studio.core.result import GenerationResult, Progress
from qvim_studio.generation import engine as engine_module
from qvim_studio.memory.modes import GIB


def test_on_a_gpu_the_studio_keeps_to_its_cap_and_times_what_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    did: list[object] = []
    engine = ScriptedEngine(did, VramMode.LOW)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (7 * GIB, 8 * GIB))
    monkeypatch.setattr(torch.cuda, "set_per_process_memory_fraction", did.append)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: did.append("waited"))
    monkeypatch.setattr(torch.cuda, "max_memory_reserved", lambda: 123)
    monkeypatch.setattr(engine_module, "StudioEngine", lambda find_nearest: engine)
    contender = StudioContender(Place(VramMode.LOW, 6 * GIB, "cuda"))
    contender.load(tmp_path)
    made = contender.clip(5.0, 2, 1, 0)
    assert did == [0.75, VramMode.LOW, (VramMode.LOW, True), *["waited"] * 3]
    assert len(made.steps) == 2 and made.steps[-1] < made.first_sound
    assert contender.peak_bytes() == 123


def test_a_mode_that_did_not_fit_is_not_measured_as_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: None)
    engine = ScriptedEngine([], VramMode.MINIMAL)
    monkeypatch.setattr(engine_module, "StudioEngine", lambda find_nearest: engine)
    contender = StudioContender(Place(VramMode.LOW, device="cuda"))
    contender.load(tmp_path)
    with pytest.raises(StudioError, match="went on in mode minimal"):
        contender.clip(5.0, 2, 1, 0)


class ScriptedEngine:
    """Says what it was asked for, and makes nothing, in one mode."""

    def __init__(self, did: list[object], mode: VramMode) -> None:
        self._did = did
        self._mode = mode

    def prepare(self, checkpoint: str, vram_mode: VramMode, text: str) -> None:
        self._did.append(vram_mode)

    def generate(
        self, request: GenerationRequest, on_progress: OnProgress, stop: object
    ) -> GenerationResult:
        self._did.append((request.vram_mode, request.cuda_graphs))
        for step in range(request.steps or 0):
            on_progress(Progress("denoise", step, request.steps or 0))
        executed = request.with_changes(vram_mode=self._mode)
        result = GenerationResult(executed, Provenance("a", "A", "1", "CC0", "yes"), ())
        on_progress(Progress("decode", 1, 1, arrived=result))
        return result


def test_a_checkpoint_that_only_the_studio_reads_is_told() -> None:
    with pytest.raises(StudioError, match=r"own pipeline cannot load .*starter \(.{,300}\)\. Give"):
        PipelineContender(Place()).load(resource_path("starter"))
