"""What may not be sold is refused or told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from pack_clips import NOT_FOR_SALE, make_clips

from qvim_studio.core.errors import StudioError
from qvim_studio.export.packs.pack_plan import PackOptions, plan_pack
from qvim_studio.export.packs.pack_sources import read_sources
from qvim_studio.export.packs.pack_writer import export_pack


def test_the_commercial_switch_refuses_and_lists(tmp_path: Path) -> None:
    files = make_clips(tmp_path, "dog bark", 1) + make_clips(tmp_path, "cat", 1, NOT_FOR_SALE)
    soundfile.write(tmp_path / "own.wav", np.ones(4800) * 0.1, 48_000)
    files.append(tmp_path / "own.wav")
    options = PackOptions("P", "MK", "QVIM", is_commercial=True)
    with pytest.raises(StudioError, match=r"2 of 3 clips .*cat_01\.wav \(CC-BY-NC-4\.0\)") as got:
        plan_pack(files, options)
    assert "own.wav (unknown)" in str(got.value) and "dog_bark" not in str(got.value)


def test_what_is_refused_is_told_apart_where_two_have_one_name(tmp_path: Path) -> None:
    files = [tmp_path / "day/rain.wav", tmp_path / "night/rain.wav", tmp_path / "hum.wav"]
    for file in files:
        file.parent.mkdir(exist_ok=True)
        soundfile.write(file, np.ones(4800) * 0.1, 48_000)
    with pytest.raises(StudioError) as got:
        plan_pack(files, PackOptions("P", "MK", "QVIM", is_commercial=True))
    names = (str(Path("day/rain.wav")), str(Path("night/rain.wav")), "hum.wav")
    assert "; ".join(f"{name} (unknown)" for name in names) in str(got.value)


def test_fitted_sounds_keep_their_licence_and_are_no_machines_work(tmp_path: Path) -> None:
    files = make_clips(tmp_path, "rain", 2, fits=2)
    assert [file.name for file in files[2:]] == ["rain_fit_01.wav", "rain_fit_02.wav"]
    sources = read_sources(files)
    assert [source.group == sources[0].group for source in sources] == [True, True, False, False]
    assert sources[2].group == sources[3].group and sources[2].title == "rain"
    packed = export_pack(plan_pack(files, PackOptions("P", "MK", "QVIM")), tmp_path / "out")
    papers = packed.folder / "Documentation"
    assert "CC-BY-4.0 (Rain by Ann): may be sold under the" in (papers / "LICENSE.txt").read_text()
    disclosure = (papers / "AI-DISCLOSURE.txt").read_text()
    assert "2 of 4 sounds were generated" in disclosure and "2 are real sounds" in disclosure
    assert "Nothing is known" not in disclosure


def test_mixed_licences_are_stated(tmp_path: Path) -> None:
    files = make_clips(tmp_path, "dog bark", 1) + make_clips(tmp_path, "cat", 1, NOT_FOR_SALE)
    folder = export_pack(plan_pack(files, PackOptions("P", "MK", "QVIM")), tmp_path / "out").folder
    text = (folder / "Documentation/LICENSE.txt").read_text()
    assert "MIXES 2 licences" in text and "may NOT be sold" in text
    assert "Not every sound in this pack may be sold" in text
