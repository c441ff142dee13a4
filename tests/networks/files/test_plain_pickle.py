"""Files of training programs are read: only their tensors, and without running a program."""

from __future__ import annotations

import pickle
import sys
from argparse import Namespace
from pathlib import Path, PurePosixPath
from types import ModuleType

import numpy as np
import pytest
import torch
from malicious import Malicious

from qvim_studio.networks.files.plain_pickle import is_plain, read_pickle


def test_options_paths_and_numbers_beside_the_weights_are_passed_over(tmp_path: Path) -> None:
    stored = {
        "state_dict": {"weight": torch.arange(3.0)},
        "hyper_parameters": Namespace(folder=Path("data"), rate=np.float32(0.1)),
        "callbacks": {"best": {PurePosixPath("a/b"): np.int64(3), "scores": np.arange(3)}},
        "loss": np.float64(0.5),
    }
    torch.save(stored, tmp_path / "last.ckpt")
    read = read_pickle(tmp_path / "last.ckpt")
    assert torch.equal(read["state_dict"]["weight"], torch.arange(3.0))
    assert not hasattr(read["hyper_parameters"], "folder")


def test_what_lightning_keeps_beside_the_weights_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = class_of("pytorch_lightning.utilities.parsing", "AttributeDict", monkeypatch)
    callback = class_of(
        "pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint", monkeypatch
    )
    stored = {"hyper_parameters": options(rate=0.1), "callbacks": {callback: {"score": 1.0}}}
    torch.save(stored, tmp_path / "last.ckpt")
    read = read_pickle(tmp_path / "last.ckpt")
    assert read["hyper_parameters"] == {"rate": 0.1}
    assert list(read["callbacks"].values()) == [{"score": 1.0}]


def class_of(name: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> type:
    """A dictionary of a library that is not there."""
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        module = ".".join(parts[:count])
        monkeypatch.setitem(sys.modules, module, sys.modules.get(module) or ModuleType(module))
    made = type(kind, (dict,), {"__module__": name})
    monkeypatch.setattr(sys.modules[name], kind, made, raising=False)
    return made


def test_a_program_beside_the_weights_is_refused_and_not_run(tmp_path: Path) -> None:
    options = Namespace(anything=Malicious(tmp_path / "ran"))
    torch.save({"weight": torch.ones(1), "options": options}, tmp_path / "evil.ckpt")
    with pytest.raises(pickle.UnpicklingError):
        read_pickle(tmp_path / "evil.ckpt")
    assert not (tmp_path / "ran").exists()


def test_numbers_that_lie_otherwise_are_no_weights() -> None:
    weight = torch.ones(2, 3)
    assert is_plain(weight) and is_plain(weight.half())
    others = (weight.to_sparse(), weight.to(torch.complex64), [1.0], None)
    assert not any(map(is_plain, others))
