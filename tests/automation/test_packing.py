"""A pack of files says what is in it, and the same call again writes nothing anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from pack_clips import NOT_FOR_SALE, OPTIONS, RAIN, make_clips

from qvim_studio.automation.packing import pack_files
from qvim_studio.core.errors import StudioError
from qvim_studio.export.packs.pack_plan import PackOptions
from qvim_studio.export.packs.pack_writer import PackProgress


def test_the_facts_of_a_pack_name_its_files_and_each_licence_once(tmp_path: Path) -> None:
    files = make_clips(tmp_path / "clips", "rain", 1, RAIN) + make_clips(tmp_path / "clips", "dog")
    seen: list[PackProgress] = []
    facts = pack_files(files, OPTIONS, tmp_path / "out", seen.append)
    assert (facts["clips"], facts["reused"]) == (3, 0)
    assert facts["licences"] == ["CC-BY-4.0", "CC0-1.0"]
    assert Path(facts["folder"]) == tmp_path / "out" / "My Pack"
    assert facts["archive"] == str(tmp_path / "out" / "My Pack.zip")
    assert facts["instruments"] == [str(tmp_path / "out" / "My Pack.multisample")]
    assert [one.phase for one in seen] == ["sounds"] * 4 + ["extras"] * 2 + ["archive"] * 2
    assert pack_files(files, OPTIONS, tmp_path / "out", seen.append)["reused"] == 3


def test_a_licence_that_forbids_the_sale_stops_the_pack_before_it_is_there(tmp_path: Path) -> None:
    files = make_clips(tmp_path / "clips", "dog", 1, NOT_FOR_SALE)
    for_sale = PackOptions("My Pack", "MK", "QVIM", is_commercial=True)
    with pytest.raises(StudioError, match="CC-BY-NC"):
        pack_files(files, for_sale, tmp_path / "out", lambda progress: None)
    assert not (tmp_path / "out").exists()
