"""A tiny folder of each published layout: written by the official classes' own save methods, or
laid out as the publisher's files are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tiny_audioldm2 import (
    clap_extractor,
    clap_tokenizer,
    publish,
    published_scheduler,
    quiet,
    tiny_hifigan,
    tiny_pipeline,
    tiny_vae,
)
from tiny_checkpoint import make_tiny_unet
from tiny_clap import AUDIO, TEXT
from tiny_musicgen import build_tiny_musicgen
from tiny_musicldm import tiny_musicldm
from tiny_semanticodec import build_tiny_semanticodec
from tiny_stable_audio_3 import build_tiny
from tiny_stable_audio_open import build_tiny_open

from qvim_studio.generation.engine import StudioEngine

from diffusers import AudioLDMPipeline  # isort: skip
from transformers import (  # isort: skip
    ClapConfig,
    ClapModel,
    ClapTextConfig,
    ClapTextModelWithProjection,
)


def publish_audioldm(folder: Path) -> None:
    """With the text tower alone in the pipeline, and the whole CLAP beside it."""
    tower = ClapTextModelWithProjection(ClapTextConfig(**TEXT, projection_dim=512))
    parts = (tiny_vae(), tower, clap_tokenizer(), make_tiny_unet(8), published_scheduler())
    quiet(AudioLDMPipeline(*parts, tiny_hifigan())).save_pretrained(folder)
    ClapModel(ClapConfig(text_config=TEXT, audio_config=AUDIO)).save_pretrained(folder / "clap")
    clap_extractor().save_pretrained(folder / "clap")


LAYOUTS: dict[str, Callable[[Path], object]] = {
    "audioldm": publish_audioldm,
    "audioldm2": lambda folder: publish(tiny_pipeline(), folder),
    "musicldm": lambda folder: tiny_musicldm().save_pretrained(folder),
    "musicgen-melody": build_tiny_musicgen,
    "musicgen-words": lambda folder: build_tiny_musicgen(folder, has_melody=False),
    "musicgen-stereo": lambda folder: build_tiny_musicgen(folder, False, True),
    "semanticodec": build_tiny_semanticodec,
    "stable-audio-3-small": lambda folder: build_tiny(folder, is_large=False),
    "stable-audio-3-medium": lambda folder: build_tiny(folder, is_large=True),
    "stable-audio-open": build_tiny_open,
}
# The default run tries another layout of the same family.
VARIANTS = {"musicldm", "musicgen-words", "musicgen-stereo", "stable-audio-3-medium"}


def make_engine() -> StudioEngine:
    """The real one, which finds no sounds to start from."""
    return StudioEngine(lambda *asked: ())
