"""Captioned data sets keep every caption of a sound, and the part that they put it into."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from training_data import write_table

from qvim_studio.core.errors import StudioError
from qvim_studio.training.corpus.build import stated_splits
from qvim_studio.training.corpus.sets.layouts import read_layout


def test_audiocaps_finds_clips_by_their_video_and_joins_their_captions(tmp_path: Path) -> None:
    rows = [
        {"audiocap_id": n, "youtube_id": "-abcdefghij", "start_time": 30, "caption": text}
        for n, text in enumerate(("A dog barks", "Barking of a dog"))
    ]
    write_table(tmp_path / "train.csv", rows[:1])
    write_table(tmp_path / "val.csv", rows[1:])  # is read after train.csv
    write_table(tmp_path / "test.csv", [{**rows[0], "youtube_id": "Ylmnopqrstu"}])
    (tmp_path / "wavs").mkdir()
    for name in ("Y-abcdefghij.wav", "Ylmnopqrstu_30.wav"):
        (tmp_path / "wavs" / name).touch()
    listing = read_layout(tmp_path)
    assert listing.layout == "AudioCaps" and listing.has_captions
    other, barking = listing.recordings
    assert barking.path == tmp_path / "wavs" / "Y-abcdefghij.wav"
    assert barking.group == "AudioCaps/-abcdefghij"
    assert set(barking.captions) == {"A dog barks", "Barking of a dog"}
    assert barking.split == "validation"  # another row of it is for training
    assert other.path == tmp_path / "wavs" / "Ylmnopqrstu_30.wav"
    assert other.split == "test"


def test_clotho_has_five_captions_a_licence_and_an_author(tmp_path: Path) -> None:
    captions = {f"caption_{n}": f"wind number {n}" for n in range(1, 6)}
    facts = {"file_name": "Wind.wav", "keywords": "wind", "sound_id": "12", "sound_link": "x"}
    facts |= {"start_end_samples": "[0, 1]", "manufacturer": "Benboncan"}
    facts["license"] = "http://creativecommons.org/licenses/by/3.0/"
    for part in ("development", "evaluation"):
        write_table(
            tmp_path / f"clotho_captions_{part}.csv", [{"file_name": "Wind.wav", **captions}]
        )
        write_table(tmp_path / f"clotho_metadata_{part}.csv", [facts])
    (tmp_path / "clotho_audio_evaluation").mkdir()
    listing = read_layout(tmp_path)
    assert listing.layout == "Clotho"
    train, test = listing.recordings
    assert train.captions == tuple(f"wind number {n}" for n in range(1, 6))
    assert (train.licence, train.author, train.group) == ("CC-BY-3.0", "Benboncan", "Freesound/12")
    assert (train.split, test.split) == ("train", "test")
    assert test.path == tmp_path / "clotho_audio_evaluation" / "Wind.wav"


def test_audioldm_tree_reads_every_part_and_the_names_of_classes(tmp_path: Path) -> None:
    place = tmp_path / "data" / "dataset" / "metadata"
    place.mkdir(parents=True)
    files = {part: f"data/dataset/metadata/{part}.json" for part in ("train", "test")}
    files["class_label_indices"] = "data/dataset/metadata/classes.csv"
    root = {"mine": "data/dataset/mine", "metadata": {"path": {"mine": files}}}
    (place / "dataset_root.json").write_text(json.dumps(root))
    write_table(
        place / "classes.csv", [{"index": 0, "mid": "/m/0bt9lr", "display_name": "Dog, bark"}]
    )
    for part, labels in (("train", "/m/0bt9lr,/m/x"), ("test", "")):
        row = {"wav": f"{part}/a.wav", "caption": f"a {part} sound", "labels": labels}
        rows = [row, {**row, "wav": 7}, {**row, "wav": ""}, "no row"]
        (place / f"{part}.json").write_text(json.dumps({"data": rows}))
    (tmp_path / "data" / "dataset" / "mine").mkdir()
    for given in (tmp_path, tmp_path / "data"):
        listing = read_layout(given)
        assert listing.layout == "AudioLDM"
        train, test = listing.recordings
        assert train.path == tmp_path / "data" / "dataset" / "mine" / "train" / "a.wav"
        assert (train.label, train.captions) == ("dog bark", ("a train sound",))
        assert (test.label, test.split) == ("a test sound", "test")


def test_audioldm_tree_without_rows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dataset_root.json").write_text('{"metadata": {"path": {}}}')
    with pytest.raises(StudioError, match="names no sounds"):
        read_layout(tmp_path)


def test_plain_captions_may_state_label_group_licence_and_part(tmp_path: Path) -> None:
    rows = [
        {"audio": "a.wav", "caption": "a cat", "label": "cat", "group": "g", "licence": "CC0"},
        {"audio": "a.wav", "caption": "a kitten", "label": "cat", "group": "g", "licence": "CC0"},
        {"audio": "", "caption": "nothing", "label": "", "group": "", "licence": ""},
    ]
    table = write_table(tmp_path / "mine.csv", rows)
    for given in (table, tmp_path):
        listing = read_layout(given)
        (cat,) = listing.recordings
        assert (cat.label, cat.group, cat.licence) == ("cat", "mine/g", "CC0-1.0")
        assert cat.captions == ("a cat", "a kitten")
        assert listing.notes == ("1 rows of mine.csv are left out: no audio.",)


def test_one_freesound_recording_is_one_group_in_every_set(tmp_path: Path) -> None:
    """ESC-50, UrbanSound8K, FSD50K and Clotho were all cut from Freesound."""
    esc = tmp_path / "esc" / "meta" / "esc50.csv"
    esc.parent.mkdir(parents=True)
    esc.write_text(
        "filename,fold,target,category,esc10,src_file,take\n1-12-A-0.wav,1,0,dog,True,12,A\n"
    )
    truth = tmp_path / "fsd" / "FSD50K.ground_truth"
    truth.mkdir(parents=True)
    (truth / "eval.csv").write_text("fname,labels,mids\n12,Bark,/m/05tny_\n")
    (cut,) = read_layout(tmp_path / "esc").recordings
    (whole,) = read_layout(tmp_path / "fsd").recordings
    assert cut.group == whole.group
    listings = [read_layout(tmp_path / name) for name in ("esc", "fsd")]
    assert stated_splits(listings) == {whole.group: "held_out"}
