"""The published configuration is read exactly, and nothing else is taken for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from stable_audio_runs import checkpoint_in
from tiny_stable_audio_3 import change_config

from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.stable_audio_3.family import StableAudio3Family

FAMILY = StableAudio3Family()


def test_only_folders_of_this_family_are_recognized(folder: Path, tmp_path: Path) -> None:
    assert FAMILY.recognizes(folder)
    assert not FAMILY.recognizes(tmp_path)
    change_config(
        folder, lambda values: values["model"]["diffusion"].update(diffusion_objective="v")
    )
    assert not FAMILY.recognizes(folder)
    (folder / "model_config.json").write_text("{")
    assert not FAMILY.recognizes(folder)


def _encoder(values: dict[str, Any]) -> dict[str, Any]:
    return values["model"]["pretransform"]["config"]["encoder"]["config"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda values: values.pop("sample_rate"), "no sample_rate"),
        (lambda values: values["model"].pop("pretransform"), "no pretransform"),
        (lambda values: values["model"]["conditioning"].update(configs=[]), "'prompt'"),
        (lambda values: values["model"]["pretransform"].update(scale=2.0), "scaled"),
        (lambda values: _encoder(values).update(chunk_size=64), "chunk_size is 64"),
        (lambda values: _encoder(values).update(strides=[2, 8]), "strides"),
        (lambda values: _encoder(values).update(dyt=False), "norms"),
        (
            lambda values: values["model"]["diffusion"].update(
                sampling_distribution_shift_options={"type": "flux"}
            ),
            "schedule of its own",
        ),
    ],
)
def test_a_configuration_that_is_not_understood_is_refused(
    change: Any, message: str, folder: Path
) -> None:
    change_config(folder, change)
    with pytest.raises(CheckpointError, match=message):
        FAMILY.describe(checkpoint_in(folder))
