"""Writes sampler presets for a set of WAVs: SFZ, Decent Sampler and Bitwig's multisample.

One key for each group of sounds; the sounds of a group take turns (round robin). Sources:
sfzformat.com; decentsampler.com developer guide; Bitwig's published multisample format.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

from qvim_studio.export.files.metadata import PROGRAM, Loop
from qvim_studio.export.packs.zip_files import add_stored

FIRST_KEY, LAST_KEY = 36, 127  # C1, where drum pads start, to MIDI's end
KEYS_PER_BANK = LAST_KEY - FIRST_KEY + 1


@dataclass(frozen=True)
class PresetSample:
    """A WAV of a preset: its path below the pack's folder, its length, whether it loops."""

    path: PurePosixPath
    frames: int
    loop: Loop | None = None


@dataclass(frozen=True)
class PresetGroup:
    """Sounds that share a key and take turns."""

    title: str
    samples: tuple[PresetSample, ...]


def write_presets(
    pack_folder: Path, name: str, groups: Sequence[PresetGroup], creator: str = ""
) -> list[Path]:
    """Write all three kinds into ``Presets/``; more groups than keys make further banks."""
    written: list[Path] = []
    for stem, bank in _banks(name, groups):
        written += _write_texts(pack_folder, stem, bank)
        bitwig = pack_folder / "Presets" / f"{stem}.multisample"
        _write_multisample(bitwig, pack_folder, stem, bank, creator)
        written.append(bitwig)
    return written


def write_light_presets(pack_folder: Path, name: str, groups: Sequence[PresetGroup]) -> None:
    """Write only the presets that name the WAVs instead of holding them: SFZ, Decent Sampler."""
    for stem, bank in _banks(name, groups):
        _write_texts(pack_folder, stem, bank)


def sfz_text(title: str, groups: Sequence[PresetGroup]) -> str:
    """An SFZ 1 instrument; paths are relative to ``Presets/``."""
    lines = [f"// {title}, made with {PROGRAM}", "<control>", "default_path=../"]
    for key, group in enumerate(groups, FIRST_KEY):
        lines += ["", f"// {group.title}", "<group>", f"key={key}", "loop_mode=one_shot"]
        if len(group.samples) > 1:
            lines.append(f"seq_length={len(group.samples)}")
        for position, sample in enumerate(group.samples, 1):
            lines += ["<region>", f"sample={sample.path}"]
            if len(group.samples) > 1:
                lines.append(f"seq_position={position}")
            if sample.loop is not None:
                lines.append("loop_mode=loop_continuous")
                lines += [f"loop_start={sample.loop.begin}", f"loop_end={sample.loop.end - 1}"]
    return "\n".join(lines) + "\n"


def decent_sampler_xml(groups: Sequence[PresetGroup]) -> bytes:
    """A ``.dspreset``; paths are relative to ``Presets/``."""
    root = ElementTree.Element("DecentSampler", minVersion="1.0.0")
    all_groups = ElementTree.SubElement(root, "groups", attack="0.0", release="0.3")
    for key, group in enumerate(groups, FIRST_KEY):
        mode = "round_robin" if len(group.samples) > 1 else "always"
        element = ElementTree.SubElement(all_groups, "group", name=group.title, seqMode=mode)
        for position, sample in enumerate(group.samples, 1):
            values = {
                "path": f"../{sample.path}",
                "rootNote": str(key),
                "loNote": str(key),
                "hiNote": str(key),
                "seqPosition": str(position),
                "seqLength": str(len(group.samples)),
            }
            if sample.loop is not None:
                values["loopEnabled"] = "true"
                values["loopStart"] = str(sample.loop.begin)
                values["loopEnd"] = str(sample.loop.end - 1)
            ElementTree.SubElement(element, "sample", values)
    return _document(root)


def multisample_xml(title: str, groups: Sequence[PresetGroup], creator: str) -> bytes:
    """``multisample.xml``, which names the WAVs that lie beside it in the archive."""
    root = ElementTree.Element("multisample", name=title)
    for tag, text in (("generator", PROGRAM), ("category", "FX"), ("creator", creator)):
        ElementTree.SubElement(root, tag).text = text
    for group in groups:
        ElementTree.SubElement(root, "group", name=group.title)
    for index, group in enumerate(groups):
        key = str(FIRST_KEY + index)
        logic = "round-robin" if len(group.samples) > 1 else "always-play"
        for sample in group.samples:
            values = {
                "file": sample.path.name,
                "group": str(index),
                "gain": "0.0",
                "sample-start": "0.0",
                "sample-stop": str(sample.frames),
                "zone-logic": logic,
            }
            element = ElementTree.SubElement(root, "sample", values)
            ElementTree.SubElement(element, "key", root=key, low=key, high=key, track="false")
            ElementTree.SubElement(element, "velocity")
            loop = {"mode": "off"}
            if sample.loop is not None:
                loop = {
                    "mode": "loop",
                    "start": str(sample.loop.begin),
                    "stop": str(sample.loop.end),
                }
            ElementTree.SubElement(element, "loop", loop)
    return _document(root)


def _write_multisample(
    path: Path, pack_folder: Path, title: str, groups: Sequence[PresetGroup], creator: str
) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        add_stored(archive, "multisample.xml", multisample_xml(title, groups, creator))
        for group in groups:
            for sample in group.samples:
                add_stored(archive, sample.path.name, (pack_folder / sample.path).read_bytes())


def _write_texts(pack_folder: Path, stem: str, bank: Sequence[PresetGroup]) -> list[Path]:
    folder = pack_folder / "Presets"
    folder.mkdir(exist_ok=True)
    sfz, decent = folder / f"{stem}.sfz", folder / f"{stem}.dspreset"
    sfz.write_text(sfz_text(stem, bank), encoding="ascii", errors="replace", newline="\n")
    decent.write_bytes(decent_sampler_xml(bank))
    return [sfz, decent]


def _banks(name: str, groups: Sequence[PresetGroup]) -> Iterator[tuple[str, Sequence[PresetGroup]]]:
    """Each bank with the name of its files."""
    for number, start in enumerate(range(0, len(groups), KEYS_PER_BANK), 1):
        stem = name if number == 1 else f"{name} {number}"
        yield stem, groups[start : start + KEYS_PER_BANK]


def _document(root: ElementTree.Element) -> bytes:
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"
