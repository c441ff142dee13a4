"""The encoder's network is mn10, and pools short windows as if they lasted 10 s."""

from __future__ import annotations

import torch

from qvim_studio.networks.qvim.mobilenet import MobileNetV3, padded_mean

Weights = dict[str, torch.Tensor]


def test_network_has_the_parameters_of_mn10() -> None:
    network = MobileNetV3()
    assert sum(p.numel() for p in network.parameters()) == 2_971_664
    assert len(network.state_dict()) == 308
    assert "features.4.block.2.conc_se_layers.0.fc1.weight" in network.state_dict()


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
