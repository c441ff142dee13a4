"""LoRAs and encoders of the user's own are options of a checkpoint: declared, mixed in, kept."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from command_line import run
from safetensors.torch import load_file
from tiny_checkpoint import build_tiny_checkpoint
from tiny_lora import LORA_LAYERS, write_tiny_lora

from qvim_studio.checkpoints.card import write_card
from qvim_studio.checkpoints.changes.lora import read_lora
from qvim_studio.checkpoints.changes.loras import list_loras, loras_folder
from qvim_studio.checkpoints.encoders import encoders_folder
from qvim_studio.checkpoints.registry import add_entry
from qvim_studio.commands.option_values import added_choices, option_values
from qvim_studio.core.capabilities import Capabilities, Input, VoiceRoute
from qvim_studio.core.errors import CheckpointError, PickledWeightsError, UsageError
from qvim_studio.core.request import VramMode
from qvim_studio.families.added import encoders_without_adapter, with_added
from qvim_studio.families.audioldm.parts import load_unet
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.hub_store import make_checkpoint_store
from qvim_studio.families.importing import import_lora, import_source
from qvim_studio.families.known import family_of
from qvim_studio.families.plans import plan_for
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.modes import TRAITS

PLAN = ComputePlan(VramMode.CPU, "cpu", torch.float32, TRAITS[VramMode.CPU])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny_checkpoint(tmp_path_factory.mktemp("tiny") / "base", has_controls=False)


@pytest.fixture
def base(built: Path) -> Path:
    """Known as "tiny"."""
    import_source(built, allow_pickle=False)
    return built


@pytest.fixture
def loras(base: Path, tmp_path: Path) -> tuple[Path, Path]:
    rain = write_tiny_lora(tmp_path / "rain.safetensors", seed=3)
    wood = write_tiny_lora(tmp_path / "wood.safetensors", seed=4)
    import_lora(rain, "tiny", allow_pickle=False, licence="MIT")
    import_lora(wood, "tiny", allow_pickle=False)
    return rain, wood


def described(id: str = "tiny") -> Capabilities:
    checkpoint = find_checkpoint(id)
    return family_of(checkpoint).describe(checkpoint)


def unet_with(**options: float) -> dict[str, torch.Tensor]:
    values = {name.replace("_", "."): value for name, value in options.items()}
    checkpoint = with_added(find_checkpoint("tiny"), values, described().options)
    return dict(load_unet(checkpoint, PLAN).named_parameters())


def test_each_lora_is_an_option_with_a_weight(loras: tuple[Path, Path]) -> None:
    added = [option for option in described().options if option.is_added]
    assert [(each.name, each.title, each.default) for each in added] == [
        ("lora.rain", "LoRA rain", 0.0),
        ("lora.wood", "LoRA wood", 0.0),
    ]
    assert not [option for option in described("starter").options if option.is_added]
    with pytest.raises(UsageError, match="must lie between -4 and 4, got 9"):
        unet_with(lora_rain=9.0)
    with pytest.raises(CheckpointError, match=r"no LoRA 'snow'; it has rain, wood\. Import it"):
        unet_with(lora_snow=1.0)


def test_weights_of_several_loras_add_up(base: Path, loras: tuple[Path, Path]) -> None:
    mixed, plain = unet_with(lora_rain=0.5, lora_wood=-1.5), unet_with()
    for name, value in plain.items():
        layer = name.removesuffix(".weight")
        expected = value.double()
        if layer in LORA_LAYERS:
            for path, weight in zip(loras, (0.5, -1.5), strict=True):
                stored = load_file(path)
                key = f"lora_unet_{layer.replace('.', '_')}"
                up, down = (stored[f"{key}.lora_{side}.weight"].double() for side in ("up", "down"))
                delta = 2.0 * up.flatten(1) @ down.flatten(1)  # alpha / rank is 2
                expected = expected + weight * delta.view_as(expected)
        assert (mixed[name] - expected).abs().max() <= 1e-5


def test_the_memory_plan_counts_the_folding(loras: tuple[Path, Path]) -> None:
    plain = find_checkpoint("tiny")
    chosen = with_added(plain, {"lora.rain": 1.0}, described().options)
    footprints = [family_of(each).footprint(each) for each in (plain, chosen)]
    extra = footprints[1].stages[0]
    assert extra.name == "loras" and footprints[0].stages == footprints[1].stages[1:]
    assert extra.activation_bytes(1.0, 1) > loras[0].stat().st_size
    assert plan_for(chosen, VramMode.CPU).mode is VramMode.CPU


def test_loras_are_kept_listed_and_removed_by_commands(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_tiny_lora(tmp_path / "heavy rain.safetensors")
    status, printed, _ = run(capsys, "loras", "import", path, "--base", "tiny", "--licence", "MIT")
    assert status == 0 and "heavy-rain: LoRA of kohya's scripts, rank 2 on 2 layers" in printed
    assert "--lora heavy-rain:1" in printed
    assert read_lora(list_loras()[0].file, LORA_LAYERS).pairs.keys() == set(LORA_LAYERS)
    status, printed, _ = run(capsys, "loras", "list")
    assert "for tiny: LoRA of kohya's scripts" in printed and "licence MIT" in printed
    status, _, error = run(capsys, "loras", "import", path, "--base", "tiny")
    assert status != 0 and "the name is taken" in error
    values = option_values(added_choices("", ["heavy-rain:0.5"]), "tiny")
    assert dict(values) == {"lora.heavy-rain": 0.5}
    status, printed, _ = run(capsys, "loras", "remove", "heavy-rain")
    assert status == 0 and not list(loras_folder().iterdir())
    with pytest.raises(CheckpointError, match="has no LoRA 'heavy-rain'; it has none"):
        option_values(added_choices("", ["heavy-rain"]), "tiny")


def test_a_lora_that_the_window_imports_is_a_checkpoint_and_an_option_of_its_base(
    base: Path, tmp_path: Path
) -> None:
    path = write_tiny_lora(tmp_path / "rain.safetensors")
    made = make_checkpoint_store().import_source(path, used="tiny")
    assert made.recognized.endswith("strength 1, on Tiny. Tiny offers it under More, too.")
    assert find_checkpoint("rain").title == "Tiny + rain"
    assert [option.name for option in described().options if option.is_added] == ["lora.rain"]
    again = make_checkpoint_store().import_source(path, used="tiny")
    assert again.recognized.endswith("on Tiny.") and len(list_loras()) == 1


def test_what_is_no_lora_of_the_base_is_not_kept(base: Path, tmp_path: Path) -> None:
    unet = base / "unet" / "diffusion_pytorch_model.safetensors"
    with pytest.raises(CheckpointError, match="holds no LoRA, LoHa or LoKr"):
        import_lora(unet, "tiny", allow_pickle=False)
    torch.save({"lora_unet_other.lora_down.weight": torch.ones(2, 2)}, tmp_path / "x.pt")
    with pytest.raises(PickledWeightsError):
        import_lora(tmp_path / "x.pt", "tiny", allow_pickle=False)
    with pytest.raises(CheckpointError, match="the base has no layer other"):
        import_lora(tmp_path / "x.pt", "tiny", allow_pickle=True)
    assert not loras_folder().exists()


def test_a_pickled_lora_of_peft_is_kept_with_its_settings(base: Path, tmp_path: Path) -> None:
    folder = tmp_path / "my lora"
    folder.mkdir()
    stored = load_file(write_tiny_lora(tmp_path / "rain.safetensors"))
    torch.save({k: v for k, v in stored.items() if "alpha" not in k}, folder / "adapter_model.bin")
    (folder / "adapter_config.json").write_text(json.dumps({"lora_alpha": 8}))
    lora = import_lora(folder, "tiny", allow_pickle=True)
    assert lora.id == "my-lora"
    assert read_lora(lora.file, LORA_LAYERS).pairs[LORA_LAYERS[0]].scale == 4.0


# Encoders


def put_encoder(name: str, id: str) -> None:
    folder = encoders_folder() / name
    folder.mkdir(parents=True)
    for file in ("config.json", "model.safetensors"):
        (folder / file).write_text("{}")
    write_card(folder, {"id": name, "encoder_id": id})


def put_adapter(folder: Path, encoder: str, base: str = "tiny", clap: str = "tiny-clap") -> None:
    """What the import of an adapter leaves, as far as a choice reads it."""
    (folder / "adapter").mkdir(parents=True)
    binding = {"encoder_id": encoder, "clap_id": clap, "generator_id": folder.name}
    (folder / "adapter" / "config.json").write_text(json.dumps(binding))
    (folder / "studio.json").write_text(json.dumps({"base": base}))
    add_entry(folder.name, {"title": folder.name, "folder": str(folder)})


def test_an_encoder_is_offered_where_an_adapter_understands_it(base: Path, tmp_path: Path) -> None:
    def choices() -> tuple[str, ...]:
        found = [option for option in described().options if option.name == "encoder"]
        return found[0].choices if found else ()

    assert choices() == ()
    for name in ("mine", "yours", "theirs"):
        put_encoder(name, f"id-{name}")
    put_adapter(tmp_path / "with mine", "id-mine")
    put_adapter(tmp_path / "of another space", "id-yours", clap="other")
    put_adapter(tmp_path / "of another base", "id-theirs", base="starter")
    assert choices() == ("own", "mine")
    assert encoders_without_adapter(find_checkpoint("tiny")) == ("theirs", "yours")
    chosen = with_added(find_checkpoint("tiny"), {"encoder": "mine"}, described().options)
    assert chosen.heard_by is not None and chosen.heard_by.generator_id == "with mine"
    assert chosen.plain == find_checkpoint("tiny")
    assert dict(option_values(added_choices("mine", []), "tiny")) == {"encoder": "mine"}
    for name in ("yours", "nobody"):
        with pytest.raises(CheckpointError, match=rf"encoder '{name}'.*one of own, mine"):
            option_values(added_choices(name, []), "tiny")
    shutil.rmtree(encoders_folder() / "mine")
    assert choices() == ()
    assert not option_values(added_choices("own", []), "tiny")


def test_a_deaf_checkpoint_hears_with_the_first_encoder_that_fits(
    base: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "deaf"
    shutil.copytree(base, folder, ignore=shutil.ignore_patterns("adapter", "audio_tower", "clap"))
    card = json.loads((folder / "studio.json").read_text())
    (folder / "studio.json").write_text(json.dumps({**card, "id": "deaf"}))
    import_source(folder, allow_pickle=False)
    assert Input.VOICE not in described("deaf").inputs
    put_encoder("mine", "id-mine")
    put_adapter(tmp_path / "with mine", "id-mine", base="deaf")
    made = described("deaf")
    assert Input.VOICE in made.inputs and made.voice_route is VoiceRoute.ADAPTER
    heard_by = with_added(find_checkpoint("deaf"), {}, made.options).heard_by
    assert heard_by is not None and heard_by.name == "mine"
