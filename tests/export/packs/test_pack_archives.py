"""The zip of a pack and its instruments, from bytes in memory."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.etree import ElementTree

from pack_clips import OPTIONS

from qvim_studio.export.packs.pack_archives import PackArchives, bank_names, preset_groups
from qvim_studio.export.packs.pack_plan import plan_sources
from qvim_studio.export.packs.pack_sources import PackSource
from qvim_studio.export.packs.pack_texts import PackedClip
from qvim_studio.export.packs.presets import KEYS_PER_BANK


def test_each_sound_lies_in_the_zip_and_in_the_instrument_of_its_group(tmp_path: Path) -> None:
    groups = KEYS_PER_BANK + 1
    sources = [
        PackSource(Path(f"/{n}.wav"), f"dog {n}", "ANMLDog", "", str(n), 9, 48_000, 1, 5, 6)
        for n in range(groups)
    ]
    plan = plan_sources([*sources, sources[0]], OPTIONS)
    packed = [PackedClip(clip, "ab", 4, 9, 48_000, 1, None, -1.0) for clip in plan.clips]
    pack, staging = tmp_path / "My Pack", tmp_path / "staging"
    for folder in (pack, staging):
        folder.mkdir()
    (pack / "manifest.json").write_text("{}")
    with PackArchives(staging, plan) as archives:
        for number, entry in enumerate(packed):
            archives.add_sound(entry, str(number).encode())
        archives.finish(pack, packed)
    with zipfile.ZipFile(staging / "My Pack.zip") as whole:
        assert len(whole.namelist()) == groups + 2
        assert whole.read(f"My Pack/{packed[5].clip.path}") == b"5"
    titles, sizes = [], []
    for name in bank_names(plan):
        with zipfile.ZipFile(staging / name) as bank:
            titles.append(ElementTree.fromstring(bank.read("multisample.xml")).get("name"))
            sizes.append(len(bank.namelist()))
    assert titles == ["My Pack", "My Pack 2"]
    assert sizes == [KEYS_PER_BANK + 2, 2]
    first = preset_groups(packed)[0]
    assert first.title == "dog 0" and len(first.samples) == 2
