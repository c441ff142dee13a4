"""The trainer's YAML says what weights do not show; without one the published values count."""

from __future__ import annotations

from pathlib import Path

import pytest

from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.audioldm.training_config import TrainingConfig, read_training_config


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "experiment" / "checkpoints" / "last.ckpt"
    path.parent.mkdir(parents=True)
    return path


def test_without_a_yaml_the_schedule_is_the_published_one(source: Path) -> None:
    found = read_training_config(source)
    assert found == TrainingConfig()
    scheduler = found.scheduler
    assert (scheduler["prediction_type"], scheduler["beta_schedule"]) == (
        "epsilon",
        "scaled_linear",
    )
    assert (scheduler["beta_start"], scheduler["beta_end"]) == (0.0015, 0.0195)
    assert not scheduler["clip_sample"] and scheduler["steps_offset"] == 1


def test_every_fact_is_read(source: Path) -> None:
    source.with_name("config.yaml").write_text(
        "model:\n  params:\n    parameterization: x0\n    linear_start: 0.1\n"
        "    linear_end: 0.2\n    timesteps: 500\n    unet_config:\n"
        "      params: {num_head_channels: 16, context_dim: [null, 1024]}\n",
        encoding="utf-8",
    )
    assert read_training_config(source) == TrainingConfig("sample", 0.1, 0.2, 500, 16, True)


@pytest.mark.parametrize("context", ["null", "[null, null]", "[]"])
def test_a_context_of_nothing_is_no_cross_attention(source: Path, context: str) -> None:
    text = f"model: {{params: {{unet_config: {{params: {{context_dim: {context}}}}}}}}}"
    source.with_name("config.yaml").write_text(text, encoding="utf-8")
    assert not read_training_config(source).reads_by_attention


def test_a_yaml_beside_the_file_comes_before_one_beside_its_folder(source: Path) -> None:
    beside = source.parent.parent / "config.yml"
    beside.write_text("model: {params: {timesteps: 2}}", encoding="utf-8")
    assert read_training_config(source).timesteps == 2
    source.with_name("z.yaml").write_text("model: {params: {timesteps: 3}}", encoding="utf-8")
    assert read_training_config(source).timesteps == 3
    source.with_name("a.yaml").write_text("data: of another program", encoding="utf-8")
    assert read_training_config(source).timesteps == 3


def test_a_yaml_above_another_folder_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("model: {params: {timesteps: 2}}", encoding="utf-8")
    assert read_training_config(tmp_path / "downloads" / "last.ckpt") == TrainingConfig()


@pytest.mark.parametrize(
    "text",
    [
        "model: [",
        "model: {params: {parameterization: odd}}",
        "model: {params: {parameterization: [eps]}}",
        "model: {params: [1]}",
        "model: {params: {linear_end: 1.5}}",
        "model: {params: {timesteps: 0}}",
        "[" * 400,
    ],
)
def test_a_damaged_configuration_beside_the_file_is_named(source: Path, text: str) -> None:
    source.with_name("config.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"config.yaml, the configuration beside last.ckpt"):
        read_training_config(source)
