"""MusicGen as a family: recognized and described without torch, counted, refused when damaged."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from live_elements import LiveElements
from safetensors.torch import load_file, save_file
from tiny_musicgen import CODES

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.capabilities import EditKind, Input, VoiceRoute
from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.request import VramMode
from qvim_studio.families.musicgen.family import (
    DECODED_AROUND,
    DECODED_FRAMES,
    FAMILY,
    KEPT_S,
    PIECES_OF_WORDS,
    WINDOW_S,
    footprint_of,
)
from qvim_studio.families.musicgen.generator import MusicgenGenerator
from qvim_studio.families.musicgen.network import HEADS, CodeTransformer
from qvim_studio.families.musicgen.published import ENCODEC_32KHZ, published_shape
from qvim_studio.families.musicgen.shape import BACKBONE, MusicgenShape
from qvim_studio.families.protocol import Asked, Report
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.footprint import Footprint
from qvim_studio.memory.modes import GIB, TRAITS, estimate_peak_bytes
from qvim_studio.networks.encodec import Encodec
from qvim_studio.networks.meta_device import without_values
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before transformers)

from transformers import T5Config, T5EncoderModel  # isort: skip


T5_BASE = {"d_model": 768, "d_kv": 64, "d_ff": 3072, "num_layers": 12, "num_heads": 12}
# As the configuration of facebook/musicgen-melody gives it.
MELODY = MusicgenShape(
    True, 48, 1536, 6144, 24, 2048, 4, 1, 12, 235, 768, {"vocab_size": 32_128, **T5_BASE},
    ENCODEC_32KHZ,
)  # fmt: skip
CPU = ComputePlan(VramMode.CPU, "cpu", torch.float32, TRAITS[VramMode.CPU])


def checkpoint_in(folder: Path | None, *capabilities: str) -> Checkpoint:
    return Checkpoint("tiny", "Tiny", folder, capabilities=capabilities)


def published_sizes(shape: MusicgenShape) -> dict[str, tuple[int, ...]]:
    """Shapes by published names, of networks that hold nothing."""
    with without_values():
        transformer = CodeTransformer(shape)
        coder, words = Encodec(shape.coder), T5EncoderModel(T5Config(**shape.text))
    sizes = {}
    for name, weight in transformer.state_dict().items():
        own = not name.startswith(("lm_heads.", "enc_to_dec", "audio_enc"))
        published = f"{BACKBONE}{name}" if own else name.replace("lm_heads.", HEADS)
        sizes[published] = tuple(weight.shape)
    sizes |= {f"audio_encoder.{n}": tuple(w.shape) for n, w in coder.named_parameters()}
    return sizes | {f"text_encoder.{n}": tuple(w.shape) for n, w in words.named_parameters()}


@cache
def melody_footprint() -> Footprint:
    return footprint_of(MELODY, published_sizes(MELODY))


def copied(folder: Path, to: Path, **changes: Any) -> Path:
    """The folder with another configuration."""
    shutil.copytree(folder, to)
    config = json.loads((to / "config.json").read_text(encoding="utf-8"))
    for path, value in changes.items():
        *parts, name = path.split("__")
        inner = config
        for part in parts:
            inner = inner[part]
        inner[name] = value
    (to / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return to


@pytest.mark.parametrize(
    ("kind", "channels", "route"),
    [
        ("melody", 1, VoiceRoute.MELODY),
        ("words", 1, VoiceRoute.NONE),
        ("stereo", 2, VoiceRoute.NONE),
    ],
)
def test_a_folder_says_what_it_takes_and_gives(
    folders: Callable[[str], Path], kind: str, channels: int, route: VoiceRoute
) -> None:
    told = FAMILY.describe(checkpoint_in(folders(kind)))
    assert FAMILY.recognizes(folders(kind))
    assert (told.sample_rate_hz, told.channels, told.voice_route) == (32_000, channels, route)
    assert told.takes(Input.TEXT) and told.takes(Input.NEGATIVE_TEXT)
    assert told.takes(Input.MELODY) == told.takes(Input.VOICE) == (kind == "melody")
    assert told.edits == {EditKind.CONTINUE}
    for preset in told.presets:
        assert told.filled(preset.values).number("guidance") >= 1.0
    assert told.filled(told.presets[1].values).whole("top_k") == 250


def test_one_that_is_only_known_is_described_by_its_entry() -> None:
    known = FAMILY.describe(checkpoint_in(None, "voice", "text", "melody"))
    assert known.voice_route is VoiceRoute.MELODY
    assert FAMILY.describe(checkpoint_in(None, "text", "stereo")).channels == 2
    assert FAMILY.describe(checkpoint_in(None, "text")).voice_route is VoiceRoute.NONE


def test_describing_needs_no_torch(melody_folder: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from qvim_studio.checkpoints.checkpoint import Checkpoint\n"
        "from qvim_studio.families.musicgen.family import FAMILY\n"
        "one = Checkpoint('a', 'A', Path(sys.argv[1]))\n"
        "FAMILY.describe(one), FAMILY.footprint(one), FAMILY.recognizes(one.folder)\n"
        "assert not {'torch', 'transformers', 'diffusers'} & sys.modules.keys()\n"
    )
    subprocess.run([sys.executable, "-c", program, str(melody_folder)], check=True, timeout=60)


def test_other_folders_are_not_recognized(tmp_path: Path) -> None:
    assert not FAMILY.recognizes(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "clap"}', encoding="utf-8")
    assert not FAMILY.recognizes(tmp_path)
    (tmp_path / "config.json").write_text("[", encoding="utf-8")
    assert not FAMILY.recognizes(tmp_path)


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("model_type", "clap"),
        ("text_encoder__model_type", "bert"),
        ("audio_encoder__normalize", True),
        ("decoder__activation_function", "relu"),
        ("decoder__hidden_size", "wide"),
        ("decoder__num_codebooks", 3),
        ("decoder__num_attention_heads", 5),
        ("decoder__vocab_size", CODES + 1),
        ("decoder", None),
        ("audio_encoder", []),
    ],
)
def test_configurations_of_other_kinds_are_refused(
    melody_folder: Path, tmp_path: Path, change: str, value: Any
) -> None:
    folder = copied(melody_folder, tmp_path / "other", **{change: value})
    for ask in (FAMILY.describe, FAMILY.footprint):
        with pytest.raises(CheckpointError, match="Copy or download"):
            ask(checkpoint_in(folder))


@pytest.mark.parametrize("damage", ["cut", "absent", "missing", "surplus", "other width"])
def test_damaged_weights_are_refused(melody_folder: Path, tmp_path: Path, damage: str) -> None:
    changes = {"decoder__num_hidden_layers": 3} if damage == "other width" else {}
    folder = copied(melody_folder, tmp_path / "damaged", **changes)
    path = folder / "model.safetensors"
    weights = load_file(path)
    if damage == "missing":
        del weights["decoder.lm_heads.0.weight"]
    elif damage == "surplus":
        weights["decoder.lm_heads.9.weight"] = torch.zeros(1)
    path.unlink()
    if damage == "cut":
        path.write_bytes(b"\x10\0\0\0\0\0\0\0{")
        with pytest.raises(CheckpointError, match=r"sizes .* cannot be read"):
            FAMILY.footprint(checkpoint_in(folder))
    elif damage != "absent":
        save_file(weights, path)
    with pytest.raises(CheckpointError, match=r"weights of the checkpoint .* cannot be loaded"):
        FAMILY.load(checkpoint_in(folder), CPU)


def test_a_damaged_text_encoder_is_refused_once_words_come(
    melody_folder: Path, tmp_path: Path
) -> None:
    folder = copied(melody_folder, tmp_path / "damaged")
    (folder / "tokenizer.json").write_text("{", encoding="utf-8")
    generator = FAMILY.load(checkpoint_in(folder), CPU)
    with pytest.raises(CheckpointError, match=r"text encoder .* cannot be loaded"):
        generator.condition(Asked(1.0, "rain"))


def test_older_files_with_other_names_and_several_files_are_read(
    melody_folder: Path, tmp_path: Path, load: Callable[..., MusicgenGenerator]
) -> None:
    """Tables of positions were stored, and norms had other names; large files are split."""
    folder = copied(melody_folder, tmp_path / "older")
    weights = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    for old, new in (("weight_g", "original0"), ("weight_v", "original1")):
        weights = {n.replace(f"parametrizations.weight.{new}", old): w for n, w in weights.items()}
    weights[f"{BACKBONE}embed_positions.weights"] = torch.zeros(2048, 24)
    places = {name: f"model-0000{1 + i % 2}-of-00002.safetensors" for i, name in enumerate(weights)}
    for file in set(places.values()):
        save_file({n: w for n, w in weights.items() if places[n] == file}, folder / file)
    index = {"metadata": {}, "weight_map": places}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    asked, report = Asked(0.3, "rain"), Report(lambda *_: None, lambda: False)
    made, expected = (
        next(iter(generator.make(generator.condition(asked), asked, (1,), report))).samples
        for generator in (FAMILY.load(checkpoint_in(folder), CPU), load())
    )
    assert abs(made - expected).max() / abs(expected).max() < 1e-4
    assert FAMILY.footprint(checkpoint_in(folder)).weights > 0


def test_the_footprint_counts_the_weights_of_the_published_model() -> None:
    text, codes = melody_footprint().stages
    assert text.weights == pytest.approx(109.6e6, rel=0.01)
    with without_values():
        coder = sum(p.numel() for p in Encodec(ENCODEC_32KHZ).parameters())
    assert coder == pytest.approx(57.6e6, rel=0.02)  # with the norms folded in
    assert codes.weights - 2 * coder == pytest.approx(1384.4e6 + 1.2e6, rel=0.001)
    assert codes.storable == 48 * (4 * 1536**2 + 2 * 1536 * 6144)


@pytest.mark.parametrize(
    ("sizes", "weights"),
    [
        ({"layers": 48, "width": 1536, "channels": 1, "has_melody": 1}, 1.385e9),
        ({"layers": 24, "width": 1024, "channels": 1}, 0.420e9),
        ({"layers": 48, "width": 2048, "channels": 2}, 3.289e9),
    ],
)
def test_one_that_is_only_known_is_counted_by_its_entry(
    sizes: dict[str, int], weights: float
) -> None:
    known = replace(checkpoint_in(None), sizes=sizes)
    codes = FAMILY.footprint(known).stages[1]
    shape = published_shape(sizes)
    counted = footprint_of(shape, published_sizes(replace(shape, text=MELODY.text))).stages[1]
    assert codes.weights == pytest.approx(counted.weights, rel=0.01)
    assert codes.storable == counted.storable and codes.largest_layer == counted.largest_layer
    assert codes.weights - 2 * 58e6 == pytest.approx(weights, rel=0.01)
    with pytest.raises(CheckpointError, match="does not say"):
        FAMILY.footprint(checkpoint_in(None))


def test_activations_are_no_more_than_the_footprint_says() -> None:
    """Counted on networks that hold nothing, each tensor while it is alive."""
    short = replace(MELODY, layers=4, text={**MELODY.text, "num_layers": 2})
    text, codes = footprint_of(short, published_sizes(short)).stages
    frames, kept = round(WINDOW_S * 50), round(KEPT_S * 50)
    front = 235 + PIECES_OF_WORDS
    with without_values():
        transformer = CodeTransformer(short).half().requires_grad_(False)
        coder = Encodec(ENCODEC_32KHZ).requires_grad_(False)
        words = T5EncoderModel(T5Config(**short.text)).eval()
    with torch.inference_mode(), LiveElements() as making:
        read = transformer.room(2, front + frames + 3, torch.device("meta"))
        given = torch.empty(2, front + kept + 1, 1536, dtype=torch.float16, device="meta")
        transformer.logits(transformer(given, read)[:, -1:])
    allowed = codes.activation_bytes(WINDOW_S, 1)
    assert 2 * making.peak <= allowed <= 1.4 * 2 * making.peak
    around = DECODED_FRAMES + DECODED_AROUND
    with torch.inference_mode(), LiveElements() as decoding:
        coder.decode(torch.empty(1, 4, around, dtype=torch.int64, device="meta"))
    assert 4 * decoding.peak <= codes.activation_bytes(0.0, 1)
    with torch.inference_mode(), LiveElements() as reading:
        words(input_ids=torch.ones(1, PIECES_OF_WORDS, dtype=torch.int64, device="meta"))
    assert 2 * reading.peak <= text.activation_bytes(WINDOW_S, 1) <= 8 * reading.peak


def test_melody_fits_into_six_gigabytes() -> None:
    """For the whole window of 30 s: two at once in half precision, and one in eight bits."""

    def peak(mode: VramMode, batch: int) -> float:
        return estimate_peak_bytes(melody_footprint(), mode, WINDOW_S, batch=batch) / GIB

    assert peak(VramMode.LOW, 1) < 4.6
    assert peak(VramMode.LOW, 2) < 5.8
    assert peak(VramMode.MINIMAL, 1) < 3.4
