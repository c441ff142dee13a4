"""The QVIM encoder: exact shape of mn10, its front end, and every public weight layout."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from malicious import Malicious
from safetensors.torch import load_file, save_file

from qvim_studio.core.errors import CheckpointError
from qvim_studio.networks.qvim.encoder import (
    QvimEncoder,
    encoder_id,
    load_qvim_encoder,
    save_qvim_encoder,
)
from qvim_studio.networks.qvim.mobilenet import MobileNetV3, padded_mean
from qvim_studio.networks.qvim.qvim_front_end import QvimFrontEnd, fit_window

Weights = dict[str, torch.Tensor]


def test_network_has_the_parameters_of_mn10() -> None:
    network = MobileNetV3()
    assert sum(p.numel() for p in network.parameters()) == 2_971_664
    assert len(network.state_dict()) == 308
    assert "features.4.block.2.conc_se_layers.0.fc1.weight" in network.state_dict()


def test_front_end_equals_an_independent_computation() -> None:
    waveform = np.random.default_rng(0).standard_normal(32_000) * 0.1
    made = QvimFrontEnd()(torch.from_numpy(waveform).float()[None])[0, 0].numpy()
    emphasized = waveform[1:] - 0.97 * waveform[:-1]
    window = np.zeros(1024)
    window[112:912] = np.hanning(800)
    padded = np.pad(emphasized, 512, mode="reflect")
    power = np.stack(
        [np.abs(np.fft.rfft(padded[i * 320 : i * 320 + 1024] * window)) ** 2 for i in range(100)]
    )
    mel = lambda hz: 1127.0 * np.log(1 + np.asarray(hz) / 700.0)  # noqa: E731  (Kaldi's scale)
    edges = np.linspace(mel(0.0), mel(15_000.0), 130)
    bins = mel(np.arange(512) * 31.25)
    rise = (bins[:, None] - edges[None, :-2]) / np.diff(edges)[None, :-1]
    fall = (edges[None, 2:] - bins[:, None]) / np.diff(edges)[None, 1:]
    banks = np.vstack([np.maximum(0, np.minimum(rise, fall)), np.zeros((1, 128))])
    expected = (np.log(power @ banks + 1e-5).T + 4.5) / 5.0
    assert made.shape == (128, 100)
    np.testing.assert_allclose(made, expected, atol=2e-3)


def test_silence_is_one_value_everywhere_in_a_ten_second_window() -> None:
    made = QvimFrontEnd()(fit_window(torch.zeros(1, 1000)))
    assert made.shape == (1, 1, 128, 1000)
    assert made.unique().tolist() == pytest.approx([-1.40258], abs=1e-5)


def test_embeddings_are_unit_vectors_and_branches_differ() -> None:
    torch.manual_seed(0)
    encoder = QvimEncoder().eval()
    waveform = torch.randn(2, 5000) * 0.1
    with torch.inference_mode():
        imitated = encoder.embed(waveform, "imitation")
        referred = encoder.embed(waveform, "reference")
    assert imitated.shape == (2, 960)
    torch.testing.assert_close(imitated.norm(dim=1), torch.ones(2))
    assert not torch.allclose(imitated, referred)


def test_padded_mean_equals_the_mean_over_a_really_padded_window() -> None:
    short = torch.randn(2, 3, 4, 8)
    silent = short[..., 6:7].expand(-1, -1, -1, 16)
    padded = torch.cat([short, silent], dim=3)
    torch.testing.assert_close(padded_mean(short, 3.0), padded.mean(dim=(2, 3)))


def test_depthwise_convolutions_stay_in_float32_under_a_processor_s_autocast() -> None:
    network = MobileNetV3().eval()
    kinds: dict[bool, set[torch.dtype]] = {True: set(), False: set()}
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            is_depthwise = module.groups > 1
            module.register_forward_hook(
                lambda _, __, made, key=is_depthwise: kinds[key].add(made.dtype)
            )
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        network(torch.randn(1, 1, 128, 64))
    assert kinds == {True: {torch.float32}, False: {torch.bfloat16}}


def test_network_equals_a_computation_from_the_paper_and_the_key_names() -> None:
    torch.manual_seed(0)
    network = MobileNetV3().eval()
    weights = {
        name: torch.rand_like(value) + 0.5 if name.endswith(("1.weight", "var")) else value
        for name, value in network.state_dict().items()
    }
    network.load_state_dict(weights)
    spectrogram = torch.randn(2, 1, 128, 70)
    with torch.inference_mode():
        expected = mn10_by_key_names(weights, spectrogram)
        made = network(spectrogram)
    assert (made - expected).norm() / expected.norm() < 1e-5


def mn10_by_key_names(weights: Weights, x: torch.Tensor) -> torch.Tensor:
    """MobileNetV3-Large out of plain operations; shapes come from the weights alone."""
    strides = {0: 2, 2: 2, 4: 2, 7: 2, 13: 2}

    def conv_norm(x: torch.Tensor, key: str, stride: int, act: bool, hard: bool) -> torch.Tensor:
        kernel = weights[f"{key}.0.weight"]
        groups = x.shape[1] // kernel.shape[1]
        x = torch.conv2d(x, kernel, None, stride, kernel.shape[2] // 2, groups=groups)
        mean, variance, scale, shift = (
            weights[f"{key}.1.{name}"][:, None, None]
            for name in ("running_mean", "running_var", "weight", "bias")
        )
        x = (x - mean) / (variance + 0.001).sqrt() * scale + shift
        hard_swish = x * (x + 3).clamp(0, 6) / 6
        return (hard_swish if hard else x.clamp(min=0)) if act else x

    x = conv_norm(x, "features.0", 2, act=True, hard=True)
    for number in range(1, 16):
        key = f"features.{number}.block"
        entering, part, hard = x, 0, number >= 7
        if weights[f"{key}.0.0.weight"].shape[1] != 1:  # expanding: not depthwise
            x, part = conv_norm(x, f"{key}.0", 1, act=True, hard=hard), 1
        x = conv_norm(x, f"{key}.{part}", strides.get(number, 1), act=True, hard=hard)
        squeeze = f"{key}.{part + 1}.conc_se_layers.0"
        if f"{squeeze}.fc1.weight" in weights:
            (w1, b1), (w2, b2) = (
                (weights[f"{squeeze}.{fc}.weight"], weights[f"{squeeze}.{fc}.bias"])
                for fc in ("fc1", "fc2")
            )
            scale = (x.mean(dim=(2, 3)) @ w1.T + b1).clamp(min=0) @ w2.T + b2
            x, part = x * scale.sigmoid()[:, :, None, None], part + 1
        x = conv_norm(x, f"{key}.{part + 1}", 1, act=False, hard=hard)
        x = x + entering if x.shape == entering.shape else x
    return conv_norm(x, "features.16", 1, act=True, hard=True).mean(dim=(2, 3))


def branch_weights(seed: int) -> Weights:
    return {name: value.clone() for name, value in _drawn(seed).items()}


@cache
def _drawn(seed: int) -> Weights:
    torch.manual_seed(seed)
    return MobileNetV3().state_dict()


def with_prefix(prefix: str, weights: Weights) -> Weights:
    return {f"{prefix}{name}": value for name, value in weights.items()}


def efficientat(a: Weights, b: Weights) -> object:
    return {**a, "classifier.2.weight": torch.zeros(1280, 960)}


def qbv(a: Weights, b: Weights) -> object:
    return {**with_prefix("im.", a), **with_prefix("ref.", b)}


def lightning(a: Weights, b: Weights) -> object:
    content = {**with_prefix("imitation_encoder.", a), **with_prefix("reference_encoder.", b)}
    return {"state_dict": {**content, "tau": torch.tensor(0.07)}, "epoch": 3}


def wrapped(a: Weights, b: Weights) -> object:
    """As data-parallel training and compilation leave the names."""
    return {
        **with_prefix("module.imitation_encoder._orig_mod.model.", a),
        **with_prefix("module.reference_encoder._orig_mod.model.", b),
    }


@pytest.mark.parametrize("layout", [efficientat, qbv, lightning, wrapped])
def test_public_layouts_load_strictly(
    tmp_path: Path, layout: Callable[[Weights, Weights], object]
) -> None:
    a, b = branch_weights(1), branch_weights(2)
    path = tmp_path / "weights.ckpt"
    torch.save(layout(a, b), path)
    encoder = load_qvim_encoder(path)
    expected = a if layout is efficientat else b
    for name, value in encoder.reference.state_dict().items():
        assert torch.equal(value, expected[name])
    for name, value in encoder.imitation.state_dict().items():
        assert torch.equal(value, a[name])


def test_branches_of_a_single_network_have_weights_of_their_own(tmp_path: Path) -> None:
    save_file(branch_weights(1), tmp_path / "w.safetensors")
    encoder = load_qvim_encoder(tmp_path / "w.safetensors")
    with torch.no_grad():
        for value in encoder.imitation.state_dict().values():
            value.zero_()
    expected = branch_weights(1)
    for name, value in encoder.reference.state_dict().items():
        assert torch.equal(value, expected[name])


def test_own_layout_survives_saving_and_keeps_its_name(tmp_path: Path) -> None:
    torch.manual_seed(3)
    encoder = QvimEncoder()
    save_qvim_encoder(encoder, tmp_path)
    loaded = load_qvim_encoder(tmp_path)
    assert encoder_id(loaded) == encoder_id(encoder)


def test_what_the_branches_share_is_stored_once(tmp_path: Path) -> None:
    encoder = QvimEncoder()
    encoder.reference.load_state_dict(encoder.imitation.state_dict())
    with torch.no_grad():
        encoder.reference.features[16][0].weight += 1.0
    save_qvim_encoder(encoder, tmp_path)
    stored = load_file(tmp_path / "model.safetensors")
    owners = [name.partition(".")[0] for name in stored]
    assert (owners.count("both"), owners.count("imitation"), owners.count("reference")) == (
        307,
        1,
        1,
    )
    loaded = load_qvim_encoder(tmp_path)
    for branch in ("imitation", "reference"):
        wanted = getattr(encoder, branch).state_dict()
        for name, value in getattr(loaded, branch).state_dict().items():
            torch.testing.assert_close(value, wanted[name], atol=1e-3, rtol=1e-3)
    del stored["reference.features.16.0.weight"]
    save_file(stored, tmp_path / "model.safetensors")
    with pytest.raises(CheckpointError, match="reference branch lacks 1 of 308"):
        load_qvim_encoder(tmp_path)


def test_value_beyond_half_precision_survives_saving(tmp_path: Path) -> None:
    encoder = QvimEncoder()
    encoder.imitation.features[0][1].running_var[0] = 1e6
    save_qvim_encoder(encoder, tmp_path)
    assert load_qvim_encoder(tmp_path).imitation.features[0][1].running_var[0] == 1e6


def test_one_branch_alone_is_refused(tmp_path: Path) -> None:
    save_file(with_prefix("im.", branch_weights(0)), tmp_path / "w.safetensors")
    with pytest.raises(CheckpointError, match="reference branch lacks 308 of 308"):
        load_qvim_encoder(tmp_path / "w.safetensors")


def test_weights_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    weights = branch_weights(0)
    weights["features.0.0.weight"][0] = float("nan")
    save_file(weights, tmp_path / "w.safetensors")
    with pytest.raises(CheckpointError, match=r"NaN in 1 of 308 tensors.*features\.0\.0"):
        load_qvim_encoder(tmp_path / "w.safetensors")


def test_lost_squeeze_and_excitation_is_refused(tmp_path: Path) -> None:
    weights = {k: v for k, v in branch_weights(0).items() if "conc_se" not in k}
    save_file(weights, tmp_path / "w.safetensors")
    with pytest.raises(CheckpointError, match=r"lacks 32 of 308 tensors"):
        load_qvim_encoder(tmp_path / "w.safetensors")


def test_malicious_pickle_is_not_executed(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pt"
    torch.save({"features.0.0.weight": Malicious(tmp_path / "ran")}, path)
    with pytest.raises(CheckpointError, match="cannot be read as encoder weights"):
        load_qvim_encoder(path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("suffix", ["safetensors", "pt"])
@pytest.mark.parametrize("content", [b"", b"not weights at all", b"PK\x03\x04 torn", b"\x80\x02."])
def test_damaged_file_gives_a_sentence(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"w.{suffix}"
    path.write_bytes(content)
    with pytest.raises(
        CheckpointError, match=r"got a file of another kind or a damaged one\. Give"
    ):
        load_qvim_encoder(path)
