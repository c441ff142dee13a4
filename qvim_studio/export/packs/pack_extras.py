"""Draws the cover of a pack from its sounds, and mixes its demo."""

from __future__ import annotations

import colorsys
import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile
from PIL import Image, ImageDraw, ImageFont

from qvim_studio.audio.files.peaks import overview
from qvim_studio.audio.levels import fade, rms_dbfs
from qvim_studio.audio.resample import resample
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.program.resources import resource_path
from qvim_studio.export.files.edits import EditList, NormalizePeak
from qvim_studio.export.files.finishing import apply_edits

COVER_PIXELS = 1400
COVER_SOUNDS = 9  # waveforms that are drawn; more would be hair
MAX_COVER_SOUND_S = 60.0
DEMO_RATE_HZ = 48_000
DEMO_SOUNDS = 24
MAX_DEMO_S = 90.0
MAX_DEMO_SOUND_S = 6.0
_DEMO_GAP_S = 0.25
_DEMO_LEVEL_DBFS = -20.0
_DEMO_PEAK_DBFS = -3.0  # of samples: room enough for what lies between them
_MAX_DEMO_GAIN_DB = 24.0


def spread(files: Sequence[Path], count: int) -> list[Path]:
    """At most ``count`` of the files, evenly from first to last."""
    if len(files) <= count:
        return list(files)
    return [files[round(i * (len(files) - 1) / (count - 1))] for i in range(count)]


def write_cover(path: Path, title: str, creator: str, sounds: Sequence[Path]) -> None:
    """Write a square PNG with the waveforms of some sounds and the names of pack and maker."""
    size, margin = COVER_PIXELS, COVER_PIXELS // 14
    hue = hashlib.sha256(title.encode()).digest()[0] / 256
    image = Image.new("RGB", (size, size), _color(hue, 0.45, 0.13))
    draw = ImageDraw.Draw(image)
    chosen = spread(sounds, COVER_SOUNDS)
    top, bottom = margin, round(size * 0.72)
    row_height = (bottom - top) / len(chosen)
    for number, file in enumerate(chosen):
        color = _color(hue + 0.18 * number / len(chosen), 0.55, 0.95)
        middle = top + (number + 0.5) * row_height
        _draw_waveform(draw, file, margin, size - margin, middle, 0.46 * row_height, color)
    width = size - 2 * margin
    name_font = _fitting_font("Inter-SemiBold.otf", title, 110, width)
    draw.text((margin, size * 0.79), title, font=name_font, fill=_color(hue, 0.05, 0.98))
    maker_font = _fitting_font("Inter-Regular.otf", creator, 52, width)
    draw.text((margin, size * 0.895), creator, font=maker_font, fill=_color(hue, 0.15, 0.75))
    image.save(path, format="PNG")


def make_demo(
    sounds: Sequence[Path], most_s: float = MAX_DEMO_S, most_of_one_s: float = MAX_DEMO_SOUND_S
) -> AudioClip:
    """The demo: some sounds in turn, about equally loud, at most ``most_s``, mono or stereo."""
    parts: list[AudioClip] = []
    for file in spread(sounds, DEMO_SOUNDS):
        part = _demo_part(_beginning(file, most_of_one_s))
        if sum(p.duration_s for p in parts) + part.duration_s > most_s:
            break
        parts.append(part)
    channels = min(2, max(part.channels for part in parts))
    mixed = np.concatenate([_as_channels(part, channels) for part in parts])
    demo = AudioClip(mixed, DEMO_RATE_HZ)
    return apply_edits(demo, EditList((NormalizePeak(_DEMO_PEAK_DBFS),))).clip


def _beginning(file: Path, seconds: float) -> AudioClip:
    """Of a sound that lies in the pack already: of any length, and it may begin with silence."""
    with file.open("rb") as opened, soundfile.SoundFile(opened) as sound:
        frames = round(seconds * sound.samplerate)
        return AudioClip(sound.read(frames, "float32", always_2d=True), sound.samplerate)


def _demo_part(clip: AudioClip) -> AudioClip:
    faded = fade(resample(clip, DEMO_RATE_HZ), 0.002, 0.05)
    gain_db = min(_DEMO_LEVEL_DBFS - rms_dbfs(faded), _MAX_DEMO_GAIN_DB)
    samples = faded.samples * np.float32(10 ** (gain_db / 20))
    gap = np.zeros((int(_DEMO_GAP_S * DEMO_RATE_HZ), clip.channels), np.float32)
    return AudioClip(np.concatenate([samples, gap]), DEMO_RATE_HZ)


def _as_channels(clip: AudioClip, channels: int) -> np.ndarray:
    if channels == 1:
        return clip.samples[:, :1]
    return clip.samples[:, :2] if clip.channels >= 2 else np.repeat(clip.samples, 2, axis=1)


def _draw_waveform(
    draw: ImageDraw.ImageDraw,
    file: Path,
    left: int,
    right: int,
    middle: float,
    half_height: float,
    color: tuple[int, int, int],
) -> None:
    bar, gap = 4, 3
    mono = _beginning(file, MAX_COVER_SOUND_S).mono()
    columns = overview(mono, (right - left) // (bar + gap))
    for number, (low, high) in enumerate(columns):
        x = left + number * (bar + gap)
        top = middle - max(float(high) * half_height, 1.5)
        bottom = middle - min(float(low) * half_height, -1.5)
        draw.rounded_rectangle((x, top, x + bar - 1, bottom), radius=2, fill=color)


def _fitting_font(name: str, text: str, size: int, width: int) -> ImageFont.FreeTypeFont:
    """The font at ``size`` or as much smaller as the text needs to fit."""
    font = ImageFont.truetype(str(resource_path("fonts", name)), size)
    length = font.getlength(text)
    return font.font_variant(size=max(16, int(size * width / length))) if length > width else font


def _color(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, saturation, value)
    return round(255 * red), round(255 * green), round(255 * blue)
