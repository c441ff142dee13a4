"""Every layout of data is read as it is unpacked; an error says in a sentence what does not fit."""

from __future__ import annotations

from pathlib import Path

import pytest
from training_data import write_aes, write_pairs, write_table, write_tone, write_vimsketch

from qvim_studio.core.errors import StudioError
from qvim_studio.training.corpus.sets.layouts import read_layout
from qvim_studio.training.corpus.sets.listing import Listing


def pairs_of(listing: Listing) -> list[tuple[str, str]]:
    return [(take.path.name, take.reference.name) for take in listing.takes]


def test_manifest_gives_its_facts_and_leaves_other_splits_out(tmp_path: Path) -> None:
    row = {"path": "a.wav", "split": "train", "kind": "oneshot", "label": "kick", "source": "S"}
    row |= {"licence": "CC0", "rolloff99_hz": "8000", "may_be_committed": "yes"}
    other = {**row, "path": "b.wav", "split": "voice_dev"}
    write_table(tmp_path / "manifest.csv", [row, other])
    listing = read_layout(tmp_path)
    (recording,) = listing.recordings
    assert (recording.path, recording.name) == (tmp_path / "a.wav", "a.wav")
    assert (recording.label, recording.group, recording.kind) == ("kick", "S/kick", "oneshot")
    assert (recording.licence, recording.bandwidth_hz) == ("CC0", 8000)
    assert recording.commit_allowed
    assert listing.notes[0].startswith("1 rows")


def test_vimsketch_pairs_by_the_name_after_the_first_underscore(tmp_path: Path) -> None:
    write_vimsketch(tmp_path, ["042Cutting_paper.wav", "007Door.wav"], takes=2)
    listing = read_layout(tmp_path)
    assert listing.layout == "VimSketch"
    assert [recording.label for recording in listing.recordings] == ["cutting paper", "door"]
    assert pairs_of(listing) == [
        ("00000_042Cutting_paper.wav", "000_042Cutting_paper.wav"),
        ("00001_042Cutting_paper.wav", "000_042Cutting_paper.wav"),
        ("00100_007Door.wav", "001_007Door.wav"),
        ("00101_007Door.wav", "001_007Door.wav"),
    ]


def test_vimsketch_imitation_without_a_reference_is_counted(tmp_path: Path) -> None:
    write_vimsketch(tmp_path, ["1a.wav"], takes=1)
    names = tmp_path / "Vim_Sketch_Dataset" / "vocal_imitation_file_names.csv"
    names.write_text("00000_1a.wav\n00001_2b.wav\n")
    listing = read_layout(tmp_path)
    assert len(listing.takes) == 1
    assert listing.notes[0].startswith("1 imitations")


def test_aes_dev_set_has_up_to_three_queries_of_an_item(tmp_path: Path) -> None:
    listing = read_layout(write_aes(tmp_path, ["Dog", "Door"], queries=2))
    assert listing.layout == "AES QVIM DEV"
    assert [recording.label for recording in listing.recordings] == ["some dog", "some door"]
    assert pairs_of(listing) == [
        ("q0_0.wav", "item0.wav"),
        ("q0_1.wav", "item0.wav"),
        ("q1_0.wav", "item1.wav"),
        ("q1_1.wav", "item1.wav"),
    ]
    assert all(take.path.is_file() and take.reference.is_file() for take in listing.takes)


def test_table_of_pairs_names_each_reference_once(tmp_path: Path) -> None:
    listing = read_layout(write_pairs(tmp_path, references=2, takes=2))
    assert [(r.name, r.label) for r in listing.recordings] == [
        ("sounds/0.wav", "l0"),
        ("sounds/1.wav", "l1"),
    ]
    assert len({recording.group for recording in listing.recordings}) == 2
    assert len(listing.takes) == 4


def test_row_without_an_imitation_is_a_reference_alone(tmp_path: Path) -> None:
    table = write_table(tmp_path / "p.csv", [{"reference": "big_dog.wav", "imitation": ""}])
    listing = read_layout(table)
    assert listing.recordings[0].label == "big dog"
    assert listing.takes == ()


def test_plain_folder_takes_the_names_of_its_folders_as_labels(tmp_path: Path) -> None:
    write_tone(tmp_path / "Dog_bark" / "1.wav", 300)
    write_tone(tmp_path / "door.wav", 400)
    (tmp_path / "readme.txt").write_text("no sound")
    listing = read_layout(tmp_path)
    assert [recording.label for recording in listing.recordings] == ["dog bark", "door"]


def test_names_that_no_system_takes_count_as_missing(tmp_path: Path) -> None:
    table = write_table(tmp_path / "p.csv", [{"reference": "x" * 5_000, "imitation": ""}])
    assert [recording.path.stem for recording in read_layout(table).recordings] == ["x" * 5_000]
    with pytest.raises(StudioError, match="no folder or table"):
        read_layout(Path("x" * 5_000))


def test_nothing_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="no folder or table"):
        read_layout(tmp_path / "nowhere")
    with pytest.raises(
        StudioError, match=r"holds neither sounds nor.*tables of AES QVIM, VimSketch"
    ):
        read_layout(tmp_path)


def test_row_without_a_reference_is_counted_and_left_out(tmp_path: Path) -> None:
    rows = [{"reference": name, "imitation": "v.wav"} for name in ("a.wav", "")]
    listing = read_layout(write_table(tmp_path / "p.csv", rows))
    assert pairs_of(listing) == [("v.wav", "a.wav")]
    assert listing.notes == ("1 rows of p.csv are left out: no reference.",)


def test_aes_item_is_found_whatever_its_suffix(tmp_path: Path) -> None:
    folder = write_aes(tmp_path, ["Dog"], queries=1)
    item = folder / "Items" / "Dog" / "item0.wav"
    item.rename(item.with_name("item0.WAV"))
    (recording,) = read_layout(folder).recordings
    assert recording.path.is_file()


def test_single_sound_is_refused_as_an_input(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="is a single sound"):
        read_layout(write_tone(tmp_path / "a.wav", 300))
