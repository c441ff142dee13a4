"""Labelled data sets are known by their files; labels, groups, licences and parts are theirs."""

from __future__ import annotations

import json
from pathlib import Path

from training_data import write_table

from qvim_studio.training.corpus.sets.layouts import read_layout
from qvim_studio.training.corpus.sets.listing import Recording

CC0 = "http://creativecommons.org/publicdomain/zero/1.0/"
BY_NC = "http://creativecommons.org/licenses/by-nc/3.0/"


def facts_of(one: Recording) -> tuple[str, str, str]:
    return one.label, one.group, one.licence


def put(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_esc50_groups_what_was_cut_from_one_recording(tmp_path: Path) -> None:
    header = "filename,fold,target,category,esc10,src_file,take\n"
    rows = "1-100032-A-0.wav,1,0,dog,True,100032,A\n1-100032-B-36.wav,1,36,vacuum_cleaner,False,"
    put(tmp_path / "ESC-50-master" / "meta" / "esc50.csv", f"{header}{rows}100032,B\n")
    listing = read_layout(tmp_path)
    assert listing.layout == "ESC-50"
    first, second = listing.recordings
    assert first.path == tmp_path / "ESC-50-master" / "audio" / "1-100032-A-0.wav"
    assert facts_of(first) == ("dog", "Freesound/100032", "CC-BY-3.0")
    assert facts_of(second) == ("vacuum cleaner", "Freesound/100032", "CC-BY-NC-3.0")


def test_urbansound_slices_of_one_freesound_recording_are_one_group(tmp_path: Path) -> None:
    header = "slice_file_name,fsID,start,end,salience,fold,classID,class\n"
    rows = "7-3-0-0.wav,7,0.0,0.3,1,5,3,dog_bark\n7-3-1-0.wav,7,1.0,1.3,1,5,3,dog_bark\n"
    put(tmp_path / "metadata" / "UrbanSound8K.csv", header + rows)
    listing = read_layout(tmp_path)
    assert listing.layout == "UrbanSound8K"
    assert [one.path.relative_to(tmp_path).as_posix() for one in listing.recordings] == [
        "audio/fold5/7-3-0-0.wav",
        "audio/fold5/7-3-1-0.wav",
    ]
    assert {facts_of(one) for one in listing.recordings} == {
        ("dog bark", "Freesound/7", "CC-BY-NC-3.0")
    }


def test_fsd50k_keeps_licence_uploader_and_part_of_each_clip(tmp_path: Path) -> None:
    truth = tmp_path / "FSD50K.ground_truth"
    row = '64760,"Electric_guitar,Guitar,Music","/m/02sgy,/m/0342h,/m/04rlf"'
    put(truth / "dev.csv", f"fname,labels,mids,split\n{row},train\n21914,Bark,/m/05tny_,val\n")
    put(truth / "eval.csv", "fname,labels,mids\n99,Crow,/m/04s8yn\n")
    put(truth / "vocabulary.csv", "0,Accelerating_and_revving_and_vroom,/m/07q2z82\n")
    clips = {
        "64760": {"title": "riff", "license": CC0, "uploader": "someone", "tags": ["a"]},
        "21914": {"title": "bark", "license": BY_NC, "uploader": "other", "tags": []},
    }
    put(tmp_path / "FSD50K.metadata" / "dev_clips_info_FSD50K.json", json.dumps(clips))
    listing = read_layout(tmp_path)
    assert listing.layout == "FSD50K"
    guitar, bark, crow = listing.recordings
    assert facts_of(guitar) == ("electric guitar", "Freesound/64760", "CC0-1.0")
    assert (guitar.author, guitar.split) == ("someone", "train")
    assert (bark.licence, bark.split) == ("CC-BY-NC-3.0", "validation")
    assert (crow.licence, crow.split) == ("unknown", "test")
    assert crow.path == tmp_path / "FSD50K.eval_audio" / "99.wav"


def test_jamendo_reads_genres_artists_licences_and_parts(tmp_path: Path) -> None:
    header = "TRACK_ID\tARTIST_ID\tALBUM_ID\tPATH\tDURATION\tTAGS\n"
    first = "track_0000214\tartist_000014\talbum_000031\t14/214.mp3\t124.6\tgenre---punkrock\n"
    second = "track_0000382\tartist_000020\talbum_000046\t82/382.mp3\t211.1\tgenre---classical\t"
    second += "genre---baroque\tinstrument---voice\n"
    put(tmp_path / "data" / "autotagging.tsv", header + first + second)
    put(tmp_path / "data" / "raw.tsv", header + first)
    put(tmp_path / "data" / "splits" / "split-0" / "autotagging-test.tsv", header + second)
    credit = "Title by Somebody from Jamendo: http://www.jamendo.com/track/214"
    text = "Available under a Creative Commons Attribution license: "
    text += "http://creativecommons.org/licenses/by/3.0/"
    put(tmp_path / "audio_licenses.txt", f"14/214.mp3\n{credit}\n{text}\n\n")
    put(tmp_path / "audio" / "14" / "214.low.mp3")
    listing = read_layout(tmp_path)
    assert listing.layout == "MTG-Jamendo"
    punk, baroque = listing.recordings
    assert facts_of(punk) == ("punkrock", "MTG-Jamendo/artist_000014", "CC-BY-3.0")
    assert punk.path == tmp_path / "audio" / "14" / "214.low.mp3"
    assert (punk.author, punk.kind) == ("Somebody", "music")
    assert facts_of(baroque) == ("classical baroque", "MTG-Jamendo/artist_000020", "unknown")
    assert (baroque.author, baroque.split) == ("artist_000020", "test")


def test_manifest_keeps_captions_and_authors(tmp_path: Path) -> None:
    row = {"path": "a.wav", "label": "kick", "caption": "a deep kick", "author": "Ann"}
    write_table(tmp_path / "manifest.csv", [row])
    (recording,) = read_layout(tmp_path).recordings
    assert (recording.captions, recording.author) == (("a deep kick",), "Ann")
