"""A sketch by the student: where it was asked for, fits, and can do what the request says."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch
from tiny_checkpoint import build_tiny_checkpoint

from qvim_studio.checkpoints.card import write_card
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.request import GenerationRequest, SamplerName, VramMode
from qvim_studio.core.result import GenerationResult
from qvim_studio.families.audioldm import generator, loaded
from qvim_studio.families.audioldm.generator import UNFIT_STUDENT
from qvim_studio.families.audioldm.listener import LISTENER_FOLDER, LatentListener, ListenerConfig
from qvim_studio.families.audioldm.student import (
    CONFIG_FILE,
    STUDENT_FOLDER,
    LowRankChange,
    StudentCard,
    changeable,
    fingerprint,
    read_student_card,
    save_student,
)
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.plans import plan_for
from qvim_studio.generation.engine import StudioEngine
from qvim_studio.networks.label_unet import LabelUnet

from diffusers import UNet2DConditionModel  # isort: skip

pytestmark = pytest.mark.usefixtures("quick_ears")

GUIDANCE = 2.0  # the tiny checkpoint's own
STEPS = 2


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """With a student that changes what is heard."""
    folder = build_tiny_checkpoint(tmp_path / "tiny")
    unet = UNet2DConditionModel.from_pretrained(folder / "unet")
    changes = {name: LowRankChange(layer.weight, 4) for name, layer in changeable(unet).items()}
    for change in changes.values():
        torch.nn.init.normal_(change.up, std=0.1)
    card = StudentCard(fingerprint(unet.state_dict()), GUIDANCE, STEPS, 0.2, 0.4)
    save_student(changes, card, folder / STUDENT_FOLDER)
    return folder


def rewrite_card(folder: Path, **changes: object) -> None:
    card = replace(read_student_card(folder / STUDENT_FOLDER), **changes)
    (folder / STUDENT_FOLDER / CONFIG_FILE).write_text(json.dumps(asdict(card)))


def make(folder: Path, **changes: object) -> GenerationResult:
    noise = torch.randn(8_000, generator=torch.Generator().manual_seed(0)).numpy()
    request = GenerationRequest(
        imitation=AudioClip.from_mono(0.1 * noise, 16_000), checkpoint=str(folder), variations=1
    )
    engine = StudioEngine(lambda *query: ())
    try:
        return engine.generate(
            request.with_changes(**changes), lambda progress: None, lambda: False
        )
    finally:
        engine.close()


def is_by_student(result: GenerationResult) -> bool:
    return any(note.startswith("Sketched by") for note in result.notes)


def test_a_sketch_takes_its_steps_and_one_pass_in_each(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[int] = []
    forward = LabelUnet.forward

    def counted(self: LabelUnet, sample: torch.Tensor, *args: object, **kwargs: object):
        rows.append(len(sample))
        return forward(self, sample, *args, **kwargs)

    monkeypatch.setattr(LabelUnet, "forward", counted)
    result = make(checkpoint, light=True, steps=4)
    assert is_by_student(result)
    assert rows == [1] * STEPS
    assert result.request.steps == STEPS and result.request.guidance == GUIDANCE
    rows.clear()
    assert not is_by_student(make(checkpoint, steps=3))
    assert rows == [2, 2, 1]  # guided, but for the checkpoint's unguided share


def test_it_is_the_student_that_is_heard(checkpoint: Path) -> None:
    sketch = make(checkpoint, light=True)
    rewrite_card(checkpoint, error=0.5)
    plain = make(checkpoint, light=True, steps=STEPS)
    assert is_by_student(sketch) and not is_by_student(plain)
    assert (sketch.variations[0].clip.samples != plain.variations[0].clip.samples).any()


def test_no_listener_leads_a_student(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    sample = generator.sample_latents

    def noted(*args: object, steering: object, **options: object) -> object:
        seen.append(steering)
        return sample(*args, steering=steering, **options)

    monkeypatch.setattr(generator, "sample_latents", noted)
    LatentListener(ListenerConfig(channels=16, blocks=2)).save_pretrained(
        checkpoint / LISTENER_FOLDER
    )
    card = json.loads((checkpoint / "studio.json").read_text())
    card["defaults"]["steering"] = 30.0
    write_card(checkpoint, card)
    make(checkpoint, light=True)
    make(checkpoint, steps=3)
    assert seen[0] is None and seen[1] is not None


@pytest.mark.parametrize(
    "wish",
    [{"guidance": 3.0}, {"sampler": SamplerName.DDIM}, {"steps": 5}],
    ids=["guidance", "sampler", "more steps than a sketch"],
)
def test_what_it_has_not_learned_is_left_to_the_unet(
    checkpoint: Path, wish: dict[str, object]
) -> None:
    result = make(checkpoint, **{"light": True, "steps": 3, **wish})
    assert result.request.steps == wish.get("steps", 3)
    assert not is_by_student(result) and UNFIT_STUDENT not in result.notes


def test_a_second_unet_is_not_read_for_nothing(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the student's UNet was read")

    monkeypatch.setattr(loaded, "load_unet", refuse)
    make(checkpoint, light=True, steps=3, guidance=3.0)
    rewrite_card(checkpoint, error=0.5)
    assert UNFIT_STUDENT in make(checkpoint, light=True, steps=3).notes


@pytest.mark.parametrize("card", [{"teacher": "another"}, {"error": 0.4}])
def test_one_that_is_unfit_is_said(checkpoint: Path, card: dict[str, object]) -> None:
    rewrite_card(checkpoint, **card)
    result = make(checkpoint, light=True, steps=3)
    assert result.notes.count(UNFIT_STUDENT) == 1
    assert result.request.steps == 3


def test_its_memory_is_in_the_estimate(checkpoint: Path) -> None:
    with_student, without = make(checkpoint, light=True), make(checkpoint)
    assert with_student.memory is not None and without.memory is not None
    unet = UNet2DConditionModel.from_pretrained(checkpoint / "unet")
    held = sum(p.numel() * p.element_size() for p in unet.parameters())
    assert with_student.memory.estimated_bytes - without.memory.estimated_bytes == held


def test_small_memory_modes_hold_no_second_unet(checkpoint: Path) -> None:
    found = find_checkpoint(str(checkpoint))
    parts = loaded.load_checkpoint(found, plan_for(found, VramMode.CPU))
    assert parts.student is not None
    swapping = replace(parts.plan, traits=replace(parts.plan.traits, swaps_parts=True))
    few_bits = replace(parts.plan, traits=replace(parts.plan.traits, stored_bits=8))
    for plan in (swapping, few_bits):
        assert replace(parts, plan=plan).student_card is None
