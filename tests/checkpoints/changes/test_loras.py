"""Imported LoRAs are copies under a name of their own, listed, and removed by that name."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from qvim_studio.checkpoints.card import file_sha256
from qvim_studio.checkpoints.changes.loras import (
    keep_lora,
    list_loras,
    loras_folder,
    loras_of,
    remove_lora,
)
from qvim_studio.core.errors import CheckpointError, OutputError


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "rain on wood.safetensors"
    save_file({"a": torch.arange(3.0)}, path)
    return path


def test_a_kept_lora_carries_its_card_and_the_settings_beside_it(source: Path) -> None:
    source.with_name("adapter_config.json").write_text("{}", encoding="utf-8")
    kept = keep_lora(source, "base", "LoRA of rank 2", licence="MIT")
    assert (kept.id, kept.base, kept.licence) == ("rain-on-wood", "base", "MIT")
    assert (kept.title, kept.source) == ("LoRA of rank 2", source.name)
    assert kept.revision == file_sha256(source)[:12]
    assert kept.file.read_bytes() == source.read_bytes()
    assert (kept.folder / "adapter_config.json").read_text(encoding="utf-8") == "{}"
    assert loras_of("base") == list_loras() == (kept,) and loras_of("other") == ()


def test_a_pickle_is_kept_as_safetensors_named_after_peft_s_folder(tmp_path: Path) -> None:
    (tmp_path / "my lora").mkdir()
    path = tmp_path / "my lora" / "adapter_model.bin"
    torch.save({"a": torch.arange(6.0).view(2, 3).T}, path)
    kept = keep_lora(path, "base", "")
    assert kept.id == "my-lora"
    assert load_file(kept.file)["a"].tolist() == [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]]


@pytest.mark.parametrize("name", ["rain", "a b", "a/b", "a:0.5", "..", "wind.part"])
def test_a_name_that_is_taken_or_could_not_be_typed_is_refused(source: Path, name: str) -> None:
    keep_lora(source, "base", "", name="rain")
    before = source.read_bytes()
    with pytest.raises(CheckpointError, match="Choose another one with --name"):
        keep_lora(source, "base", "", name=name)
    assert [lora.id for lora in list_loras()] == ["rain"] and source.read_bytes() == before


def test_a_file_that_cannot_be_copied_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="could not be written"):
        keep_lora(tmp_path / "gone.safetensors", "base", "")
    assert list(loras_folder().iterdir()) == []


def test_what_an_interrupted_import_left_is_not_listed_and_replaced(source: Path) -> None:
    left = loras_folder() / "rain.part"
    left.mkdir(parents=True)
    (left / "lora.safetensors").write_bytes(b"half")
    assert list_loras() == ()
    keep_lora(source, "base", "", name="rain")
    assert [path.name for path in loras_folder().iterdir()] == ["rain"]


@pytest.mark.parametrize("card", [None, "{", '{"base": 3}'])
def test_a_damaged_card_leaves_a_lora_without_a_base_that_can_be_removed(
    source: Path, card: str | None
) -> None:
    kept = keep_lora(source, "base", "", name="rain")
    if card is None:
        (kept.folder / "studio.json").unlink()
    else:
        (kept.folder / "studio.json").write_text(card, encoding="utf-8")
    (found,) = list_loras()
    assert (found.id, found.title, found.base) == ("rain", "damaged", "")
    assert remove_lora("rain") >= source.stat().st_size
    assert list_loras() == ()


def test_an_unknown_name_is_answered_with_the_known_ones(source: Path) -> None:
    with pytest.raises(CheckpointError, match="there is none"):
        remove_lora("rain")
    keep_lora(source, "base", "", name="rain")
    with pytest.raises(CheckpointError, match=r"no LoRA 'wind'; there is rain\."):
        remove_lora("wind")
