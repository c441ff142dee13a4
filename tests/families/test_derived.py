"""LoRA, FiLM and control curves of others become checkpoints that name their base."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from command_line import run
from malicious import Malicious
from safetensors.torch import load_file, save_file
from tiny_checkpoint import build_tiny_checkpoint, make_tiny_unet
from torch import nn

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.checkpoints.encoders import import_encoder
from qvim_studio.checkpoints.imports import imports_folder
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CheckpointError, UsageError
from qvim_studio.core.request import VramMode
from qvim_studio.families.added import with_added
from qvim_studio.families.audioldm.control import add_control, save_control
from qvim_studio.families.audioldm.film import film_parameters, save_film
from qvim_studio.families.audioldm.parts import load_unet
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.derived import base_unet
from qvim_studio.families.hub_store import make_checkpoint_store
from qvim_studio.families.importing import ImportOptions, import_source
from qvim_studio.families.known import family_of
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.modes import TRAITS
from qvim_studio.networks.qvim.encoder import (
    QvimEncoder,
    encoder_id,
    load_qvim_encoder,
    save_qvim_encoder,
)
from qvim_studio.voice.adapter import Adapter, AdapterBinding, save_adapter
from qvim_studio.voice.bridge import VoiceBridge
from qvim_studio.voice.embedder import encoder_folder, folder_of_encoder, load_embedder

PLAN = ComputePlan(VramMode.CPU, "cpu", torch.float32, TRAITS[VramMode.CPU])
ATTENTION = "down_blocks.1.attentions.0.transformer_blocks.0.attn1"
LAYERS = (f"{ATTENTION}.to_q", f"{ATTENTION}.to_out.0", "down_blocks.0.resnets.0.conv1")
RANK, ALPHA = 2, 6.0
Pairs = Mapping[str, tuple[torch.Tensor, torch.Tensor]]
Tensors = dict[str, torch.Tensor]


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Known as "tiny", without control channels, as the AudioLDMs are."""
    folder = build_tiny_checkpoint(tmp_path / "base", has_controls=False)
    import_source(folder, allow_pickle=False)
    return folder


@pytest.fixture(scope="module")
def pairs() -> Pairs:
    """down and up of each layer."""
    torch.manual_seed(3)
    unet = make_tiny_unet(8)
    made = {}
    for name in LAYERS:
        weight = unet.get_submodule(name).weight
        down = torch.randn(RANK, *weight.shape[1:]) * 0.3
        ones = (1,) * (weight.ndim - 2)
        made[name] = down, torch.randn(len(weight), RANK, *ones) * 0.3
    return made


def peft(pairs: Pairs) -> Tensors:
    names = (("lora_A", 0), ("lora_B", 1))
    return {
        f"base_model.model.{layer}.{name}.weight": both[side]
        for layer, both in pairs.items()
        for name, side in names
    }


def kohya(pairs: Pairs) -> Tensors:
    stored = {}
    for layer, (down, up) in pairs.items():
        name = f"lora_unet_{layer.replace('.', '_')}"
        stored |= {f"{name}.lora_down.weight": down, f"{name}.lora_up.weight": up}
        stored[f"{name}.alpha"] = torch.tensor(ALPHA)
    stored["lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight"] = torch.zeros(2, 2)
    return stored


def old_diffusers(pairs: Pairs) -> Tensors:
    stored = {}
    for layer, (down, up) in pairs.items():
        place, _, last = layer.removesuffix(".0").rpartition(".")
        is_attention = last.startswith("to_")
        name = f"unet.{place}.processor.{last}_lora" if is_attention else f"unet.{layer}.lora"
        stored |= {f"{name}.down.weight": down, f"{name}.up.weight": up}
    return stored


def diffusers(pairs: Pairs) -> Tensors:
    return {name.replace("base_model.model.", "unet."): each for name, each in peft(pairs).items()}


@torch.inference_mode()
def predicted(unet: nn.Module) -> torch.Tensor:
    torch.manual_seed(5)
    given, labels = torch.randn(1, 8, 8, 8), torch.randn(1, 512)
    return unet(given, torch.tensor(500), None, class_labels=labels, return_dict=False)[0]


def with_branches(folder: Path, pairs: Pairs, factor: float) -> torch.Tensor:
    """The base's answer with each change as a branch of its own beside the layer."""
    unet = make_tiny_unet(8)
    unet.load_state_dict(load_file(folder / "unet/diffusion_pytorch_model.safetensors"))
    for name, (down, up) in pairs.items():
        layer = unet.get_submodule(name)

        def branch(
            layer: nn.Module,
            given: tuple[torch.Tensor],
            made: torch.Tensor,
            down: torch.Tensor = down,
            up: torch.Tensor = up,
        ) -> torch.Tensor:
            if isinstance(layer, nn.Conv2d):
                narrow = nn.functional.conv2d(given[0], down, None, layer.stride, layer.padding)
                return made + factor * nn.functional.conv2d(narrow, up)
            return made + factor * (given[0] @ down.T @ up.T)

        layer.register_forward_hook(branch)
    return predicted(unet.eval())


@pytest.mark.parametrize(
    ("layout", "alpha", "message"),
    [
        (peft, ALPHA, "LoRA of peft, rank 2 on 3 layers"),
        (kohya, ALPHA, "LoRA of kohya's scripts, rank 2 on 3 layers (1 tensors of the text"),
        (diffusers, RANK, "LoRA of diffusers, rank 2 on 3 layers"),
        (old_diffusers, RANK, "LoRA of diffusers, rank 2 on 3 layers"),
    ],
)
def test_a_lora_computes_what_branches_beside_the_layers_compute(
    base: Path,
    pairs: Pairs,
    tmp_path: Path,
    layout: Callable[[Pairs], Tensors],
    alpha: float,
    message: str,
) -> None:
    path = tmp_path / "rain.safetensors"
    save_file(layout(pairs), path)
    if layout is peft:
        config = {"r": RANK, "lora_alpha": ALPHA, "base_model_name_or_path": "some/where"}
        (tmp_path / "adapter_config.json").write_text(json.dumps(config))
    made = import_source(path, ImportOptions(base="tiny", strength=0.5), allow_pickle=False)
    assert made.recognized.startswith(message) and made.recognized.endswith(
        "strength 0.5, on Tiny."
    )
    ours = predicted(load_unet(find_checkpoint(made.id), PLAN))
    expected = with_branches(base, pairs, 0.5 * alpha / RANK)
    assert (ours - expected).abs().max() <= 1e-5 * expected.abs().max()
    plain = predicted(load_unet(find_checkpoint("tiny"), PLAN))
    assert (plain - expected).abs().max() > 1e-3 * expected.abs().max()


def test_the_checkpoint_names_its_base_and_is_ready_for_a_voice(
    base: Path, pairs: Pairs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_file(kohya(pairs), tmp_path / "rain.safetensors")
    command = ("checkpoints", "import", tmp_path / "rain.safetensors", "--base", "tiny")
    status, printed, _ = run(capsys, *command)
    assert status == 0 and "rain: Tiny + rain (CC0 + unknown)" in printed
    folder = imports_folder() / "rain"
    card = json.loads((folder / "studio.json").read_text())
    assert card["base"] == "tiny" and card["commercial"] == "no"
    assert card["defaults"]["steps"] == 3  # the base's own
    assert VoiceBridge(find_checkpoint("rain")).adapter is not None
    vae = "vae/diffusion_pytorch_model.safetensors"
    assert (folder / vae).stat().st_ino == (base / vae).stat().st_ino  # linked, not copied


def test_removal_counts_what_became_free_and_not_what_is_linked(
    base: Path, pairs: Pairs, tmp_path: Path
) -> None:
    save_file(peft(pairs), tmp_path / "rain.safetensors")
    made = import_source(
        tmp_path / "rain.safetensors", ImportOptions(base="tiny"), allow_pickle=False
    )
    folder = imports_folder() / made.id
    own = [folder / "unet/diffusion_pytorch_model.safetensors", folder / "studio.json"]
    own += [folder / name / "config.json" for name in ("adapter", "control")]
    freed = sum(path.stat().st_size for path in own if path.is_file())
    assert make_checkpoint_store().remove(made.id) == freed
    assert (base / "vae/diffusion_pytorch_model.safetensors").is_file()


def test_a_damaged_adapter_of_the_base_is_named_and_leaves_nothing(
    base: Path, pairs: Pairs, tmp_path: Path
) -> None:
    (base / "adapter" / "config.json").write_text("[")
    save_file(peft(pairs), tmp_path / "rain.safetensors")
    with pytest.raises(CheckpointError, match=r"adapter.config\.json cannot be understood"):
        import_source(tmp_path / "rain.safetensors", ImportOptions(base="tiny"), allow_pickle=False)
    assert not list(imports_folder().iterdir())


def test_peft_names_the_base_by_its_repository_else_the_one_in_use_is_changed(
    base: Path, pairs: Pairs, tmp_path: Path
) -> None:
    folder = tmp_path / "my_lora"
    folder.mkdir()
    save_file(peft(pairs), folder / "adapter_model.safetensors")
    with pytest.raises(CheckpointError, match=r"does not say which.*--base"):
        import_source(folder, allow_pickle=False)
    made = import_source(folder, ImportOptions(used="tiny"), allow_pickle=False)
    assert made.id == "my_lora"
    config = {"base_model_name_or_path": "cvssp/audioldm-s-full-v2"}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match="'audioldm-s-full-v2' is not installed"):
        import_source(folder, ImportOptions(used="tiny"), allow_pickle=False)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda all: all | {"unet.no_such.lora_A.weight": torch.zeros(2, 4)}, "no layer no_such"),
        (lambda all: dict(list(all.items())[1:]), "one matrix of two"),
        (lambda all: all | {f"unet.{LAYERS[0]}.lora_A.weight": torch.zeros(2, 5)}, "does not fit"),
        (lambda all: all | {"unet.x.dora_scale": torch.zeros(2, 5)}, "DoRA, OFT and LoRA with a"),
        (lambda all: all | {"unet.x.hada_w1_a": torch.zeros(2, 5)}, "no layer x"),
        (lambda all: all | {f"unet.{LAYERS[0]}.lokr_w1": torch.zeros(2, 5)}, "not all of its"),
        (lambda all: all | {"unet.conv_in.weight": torch.zeros(2)}, "no tensor of a LoRA"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(
    base: Path,
    pairs: Pairs,
    tmp_path: Path,
    change: Callable[[Tensors], Tensors],
    match: str,
) -> None:
    save_file(change(diffusers(pairs)), tmp_path / "odd.safetensors")
    with pytest.raises(CheckpointError, match=match):
        import_source(tmp_path / "odd.safetensors", ImportOptions(base="tiny"), allow_pickle=False)
    assert not (imports_folder() / "odd").exists()


def test_a_base_without_a_unet_and_wild_strengths_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="X has no UNet"):
        base_unet(Checkpoint("x", "X", tmp_path, family="musicgen"))
    with pytest.raises(UsageError, match="between -4 and 4, got 9"):
        ImportOptions(strength=9.0)


def test_a_pickled_lora_runs_nothing(base: Path, tmp_path: Path) -> None:
    torch.save({"unet.a.lora_A.weight": Malicious(tmp_path / "ran")}, tmp_path / "evil.bin")
    with pytest.raises(CheckpointError, match="nothing in it was run"):
        import_source(tmp_path / "evil.bin", ImportOptions(base="tiny"), allow_pickle=True)
    assert not (tmp_path / "ran").exists()


def test_film_of_others_is_folded_into_a_unet_of_its_own(base: Path, tmp_path: Path) -> None:
    unet = load_unet(find_checkpoint("tiny"), PLAN)
    with torch.no_grad():
        for parameter in film_parameters(unet).values():
            parameter.requires_grad_(False)
            parameter[..., parameter.shape[-1] // 2 :] += 0.1
    save_film(unet, "tiny", tmp_path / "theirs")
    film = tmp_path / "theirs" / "film.safetensors"
    plain = load_unet(find_checkpoint("tiny"), PLAN).get_parameter("class_embedding.weight")
    half = import_source(film, ImportOptions(base="tiny", strength=0.5), allow_pickle=False)
    made_half = load_unet(find_checkpoint(half.id), PLAN).get_parameter("class_embedding.weight")
    theirs = unet.get_parameter("class_embedding.weight")
    torch.testing.assert_close(made_half, (plain + theirs) / 2)
    made = import_source(film, ImportOptions(base="tiny"), allow_pickle=False)
    assert made.recognized.startswith("FiLM weights, ")
    loaded = load_unet(find_checkpoint(made.id), PLAN)
    for name, value in film_parameters(loaded).items():
        half = value.shape[-1] // 2
        assert torch.equal(value[..., half:], film_parameters(unet)[name][..., half:])
    save_film(unet, "other", tmp_path / "theirs")
    with pytest.raises(CheckpointError, match="tuned for the generator 'other'"):
        import_source(film, ImportOptions(base="tiny"), allow_pickle=False)


def test_a_lora_joins_the_film_that_its_base_has(base: Path, pairs: Pairs, tmp_path: Path) -> None:
    unet = load_unet(find_checkpoint("tiny"), PLAN)
    with torch.no_grad():
        unet.get_parameter("class_embedding.weight").add_(0.1)
    save_film(unet, "tiny", base / "film")
    save_file(kohya(pairs), tmp_path / "rain.safetensors")
    path = tmp_path / "rain.safetensors"
    made = import_source(path, ImportOptions(base="tiny"), allow_pickle=False)
    loaded = load_unet(find_checkpoint(made.id), PLAN)
    tuned = unet.get_parameter("class_embedding.weight")
    assert torch.equal(loaded.get_parameter("class_embedding.weight"), tuned)
    name = f"{LAYERS[0]}.weight"
    assert not torch.equal(loaded.get_parameter(name), unet.get_parameter(name))


def test_an_adapter_brings_the_encoder_of_the_user_s_own_to_a_base(
    base: Path, tmp_path: Path
) -> None:
    torch.manual_seed(9)
    own = QvimEncoder()
    save_qvim_encoder(own, tmp_path / "mine")
    theirs = load_qvim_encoder(base / "qvim")
    trained = tmp_path / "trained"
    save_adapter(Adapter(), AdapterBinding(encoder_id(own), "tiny-clap", "tiny"), trained)
    with pytest.raises(CheckpointError, match=r"not here\. Import that first"):
        import_source(trained, ImportOptions(base="tiny"), allow_pickle=False)
    import_encoder(tmp_path / "mine", allow_pickle=False)
    made = import_source(trained, ImportOptions(base="tiny"), allow_pickle=False)
    assert made.recognized == "Adapter for your encoder 'mine' on Tiny."
    checkpoint = find_checkpoint(made.id)
    assert load_embedder(encoder_folder(checkpoint.installed_folder())).encoder_id == encoder_id(
        own
    )
    assert VoiceBridge(checkpoint).adapter is not None
    plain = find_checkpoint("tiny")
    chosen = with_added(plain, {"encoder": "mine"}, family_of(plain).describe(plain).options)
    assert folder_of_encoder(chosen) == encoder_folder(checkpoint.installed_folder())
    clip = AudioClip.from_mono(np.full(16_000, 0.1, np.float32), 16_000)
    asked = np.full(960, 960**-0.5, np.float32)
    (usual, _), (mine, note) = (VoiceBridge(each).vector(clip, asked) for each in (plain, chosen))
    assert note == "Your own encoder 'mine' heard the imitation."
    assert torch.equal(mine, VoiceBridge(checkpoint).vector(clip, asked)[0])
    assert not torch.equal(mine, usual)
    save_adapter(Adapter(), AdapterBinding(encoder_id(theirs), "tiny-clap", "tiny"), trained)
    made = import_source(trained, ImportOptions(base="tiny"), allow_pickle=False)
    assert made.recognized == "Adapter for the checkpoint's own encoder on Tiny."
    assert VoiceBridge(find_checkpoint(made.id)).adapter is not None
    save_adapter(Adapter(), AdapterBinding(encoder_id(own), "other", "tiny"), trained)
    with pytest.raises(CheckpointError, match="made for the clap 'other'"):
        import_source(trained, ImportOptions(base="tiny"), allow_pickle=False)


def test_control_curves_of_others_join_a_base(base: Path, tmp_path: Path) -> None:
    unet = load_unet(find_checkpoint("tiny"), PLAN)
    names = ("loudness", "centroid")
    save_control(add_control(unet, len(names)), "tiny", names, tmp_path / "control")
    made = import_source(tmp_path / "control", ImportOptions(base="tiny"), allow_pickle=False)
    assert made.recognized == "Control curves (loudness, centroid) on Tiny."
    checkpoint = find_checkpoint(made.id)
    assert checkpoint.controls == names
    assert load_unet(checkpoint, PLAN).config.in_channels == 10
    with pytest.raises(CheckpointError, match="generator 'tiny', got the base 'starter'"):
        import_source(tmp_path / "control", ImportOptions(base="starter"), allow_pickle=False)
