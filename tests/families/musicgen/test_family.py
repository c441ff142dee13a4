"""MusicGen as a family: recognized and described without torch, counted, refused when damaged."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import torch
from live_elements import LiveElements
from musicgen_runs import checkpoint_in

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
from qvim_studio.families.musicgen.network import HEADS, CodeTransformer
from qvim_studio.families.musicgen.published import ENCODEC_32KHZ, published_shape
from qvim_studio.families.musicgen.shape import BACKBONE, MusicgenShape
from qvim_studio.memory.footprint import Footprint
from qvim_studio.memory.modes import GIB, estimate_peak_bytes
from qvim_studio.networks.coders.encodec import Encodec
from qvim_studio.networks.files.meta_device import without_values
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before transformers)

from transformers import T5Config, T5EncoderModel  # isort: skip


T5_BASE = {"d_model": 768, "d_kv": 64, "d_ff": 3072, "num_layers": 12, "num_heads": 12}
# As the configuration of facebook/musicgen-melody gives it.
MELODY = MusicgenShape(
    True, 48, 1536, 6144, 24, 2048, 4, 1, 12, 235, 768, {"vocab_size": 32_128, **T5_BASE},
    ENCODEC_32KHZ,
)  # fmt: skip


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
    declared = FAMILY.describe(checkpoint_in(folders(kind)))
    assert FAMILY.recognizes(folders(kind))
    assert (declared.sample_rate_hz, declared.channels, declared.voice_route) == (
        32_000,
        channels,
        route,
    )
    assert declared.takes(Input.TEXT) and declared.takes(Input.NEGATIVE_TEXT)
    assert declared.takes(Input.MELODY) == declared.takes(Input.VOICE) == (kind == "melody")
    assert declared.edits == {EditKind.CONTINUE}
    for preset in declared.presets:
        assert declared.filled(preset.values).number("guidance") >= 1.0
    assert declared.filled(declared.presets[1].values).whole("top_k") == 250


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
