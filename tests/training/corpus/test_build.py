"""The training set: copies left out, no reference in two splits, real takes kept as real."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from training_data import tone, write_pairs, write_table, write_tone, write_vimsketch

from qvim_studio.commands import cli
from qvim_studio.commands.cli import main
from qvim_studio.core.errors import OutputError, StudioError
from qvim_studio.training.corpus.build import (
    BUILD_FILE,
    build_corpus,
    split_of,
    stated_splits,
)
from qvim_studio.training.corpus.corpus import load_corpus
from qvim_studio.training.corpus.imitations import (
    ENTRIES_FILE,
    HELD_OUT_FILE,
    RECORDED_FILE,
    RENDERED_FILE,
    load_or_render,
)
from qvim_studio.training.corpus.sets.listing import Listing, Recording

REFERENCES = 40
TAKES = 3


def test_silent_unreadable_and_repeated_files_are_left_out_and_counted(tmp_path: Path) -> None:
    data = tmp_path / "in"
    write_tone(data / "a.wav", 500)
    write_tone(data / "b.wav", 500)
    write_tone(data / "c.wav", 700)
    soundfile.write(data / "silent.wav", np.zeros(3200), 32_000)
    (data / "torn.wav").write_bytes(b"RIFF")
    report = build_corpus([data], tmp_path / "corpus")
    assert [item.path for item in load_corpus(tmp_path / "corpus").items] == ["a.wav", "c.wav"]
    assert report.copies == 1
    assert len(report.skipped) == 2
    assert any("2 files could not be used" in line for line in report.sentences())


def test_opposite_channels_and_cut_files_are_used_and_named(tmp_path: Path) -> None:
    data = tmp_path / "in"
    write_tone(data / "a.wav", 500)
    sound = tone(700)
    soundfile.write(data / "opposite.wav", np.stack([sound, -sound], axis=1), 32_000)
    soundfile.write(data / "cut.wav", tone(900), 32_000)
    whole = (data / "cut.wav").read_bytes()
    (data / "cut.wav").write_bytes(whole[: len(whole) * 2 // 3])
    report = build_corpus([data], tmp_path / "corpus")
    assert report.skipped == () and sum(report.references.values()) == 3
    printed = "\n".join(report.notes)
    assert "1 files have channels that cancel" in printed and "opposite.wav" in printed
    assert "1 files are damaged" in printed and "cut.wav" in printed


def test_missing_files_are_named(tmp_path: Path) -> None:
    table = write_pairs(tmp_path, references=3, takes=1)
    (tmp_path / "voices" / "1_0.wav").unlink()
    (tmp_path / "sounds" / "2.wav").unlink()
    report = build_corpus([table], tmp_path / "corpus")
    printed = "\n".join(report.sentences())
    assert "1_0.wav" in printed and "2.wav" in printed
    assert sum(report.real_imitations.values()) == 1


def test_nothing_usable_is_refused_with_the_first_reason(tmp_path: Path) -> None:
    table = write_table(tmp_path / "p.csv", [{"reference": "gone.wav", "imitation": ""}])
    with pytest.raises(StudioError, match=r"None of the 1 files.*gone\.wav"):
        build_corpus([table], tmp_path / "corpus")
    assert not (tmp_path / "corpus" / ".building").exists()


def test_single_reference_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="at least 2"):
        build_corpus([write_pairs(tmp_path, references=1, takes=2)], tmp_path / "corpus")


@pytest.fixture(scope="module")
def paired(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("paired")
    build_corpus([write_pairs(folder, REFERENCES, TAKES)], folder / "corpus")
    return folder / "corpus"


def test_no_audio_and_no_reference_is_in_two_splits(paired: Path) -> None:
    corpus = load_corpus(paired)
    imitations = load_or_render(corpus)
    seen: dict[str, set[str]] = {"train": set(), "held_out": set()}
    for split, hashes in seen.items():
        for index in corpus.indices(split):
            item = corpus.items[index]
            hashes.add(item.group)
            sounds = [corpus.samples(item, 32_000)]
            sounds += [imitations.row(row) for row in imitations.rows.of(index)]
            hashes.update(hashlib.sha256(sound.tobytes()).hexdigest() for sound in sounds)
    assert len(seen["train"] | seen["held_out"]) == REFERENCES * (2 + TAKES)
    assert seen["train"] and seen["held_out"]
    assert not seen["train"] & seen["held_out"]


def test_recordings_of_one_label_stay_in_one_split(tmp_path: Path) -> None:
    for number in range(60):
        write_tone(tmp_path / "in" / f"sound {number // 3}" / f"{number}.wav", 100 + 20 * number)
    build_corpus([tmp_path / "in"], tmp_path / "corpus")
    corpus = load_corpus(tmp_path / "corpus")
    train = {corpus.items[i].label for i in corpus.indices("train")}
    held_out = {corpus.items[i].label for i in corpus.indices("held_out")}
    assert train and held_out and not train & held_out


def test_split_of_a_reference_does_not_change_when_data_is_added() -> None:
    names = [f"sound {number}" for number in range(200)]
    few, many = split_of(names[:150]), split_of(names)
    assert all(many[name] == split for name, split in few.items())


def test_same_imitation_of_two_references_is_used_once(tmp_path: Path) -> None:
    table = write_pairs(tmp_path, references=4, takes=1)
    (tmp_path / "voices" / "3_0.wav").write_bytes((tmp_path / "voices" / "0_0.wav").read_bytes())
    report = build_corpus([table], tmp_path / "corpus")
    assert sum(report.real_imitations.values()) == 3
    assert report.copies == 1


def test_imitations_of_a_copied_reference_belong_to_the_first_copy(tmp_path: Path) -> None:
    table = write_pairs(tmp_path, references=3, takes=1)
    (tmp_path / "sounds" / "2.wav").write_bytes((tmp_path / "sounds" / "0.wav").read_bytes())
    build_corpus([table], tmp_path / "corpus")
    imitations = load_or_render(load_corpus(tmp_path / "corpus"))
    assert np.diff(imitations.rows.first).tolist() == [2, 1]


def test_real_imitations_are_trimmed_and_marked_and_the_rest_is_rendered(tmp_path: Path) -> None:
    table = write_pairs(tmp_path, references=2, takes=2)
    padded = np.concatenate([np.zeros(32_000), tone(3000, 0.1), np.zeros(64_000)])
    padded += 0.02 * np.random.default_rng(0).standard_normal(len(padded))  # a room's noise
    soundfile.write(tmp_path / "voices" / "0_0.wav", padded, 32_000)
    rows = [{"reference": f"sounds/{i}.wav", "imitation": "", "label": "x"} for i in (7, 8)]
    write_tone(tmp_path / "sounds" / "7.wav", 450)
    write_tone(tmp_path / "sounds" / "8.wav", 470)
    others = write_table(tmp_path / "more.csv", rows)
    report = build_corpus([table, others], tmp_path / "corpus")
    assert report.references_without_imitations == 2
    imitations = load_or_render(load_corpus(tmp_path / "corpus"), renders=3)
    assert [imitations.has_real(item) for item in range(4)] == [True, True, False, False]
    assert [imitations.rows.count(item) for item in range(4)] == [2, 2, 3, 3]
    take = imitations.samples(0, 0)
    assert len(take) < 0.3 * 32_000
    assert np.abs(np.fft.rfft(take)).argmax() * 32_000 / len(take) == pytest.approx(3000, rel=0.05)


def test_an_evaluation_renders_only_what_is_held_out_and_the_same(tmp_path: Path) -> None:
    for number in range(16):
        write_tone(tmp_path / "in" / f"{number}.wav", 300 + 40 * number)
    build_corpus([tmp_path / "in"], tmp_path / "corpus")
    corpus = load_corpus(tmp_path / "corpus")
    few = load_or_render(corpus, renders=1, held_out_only=True)
    assert not (tmp_path / "corpus" / RENDERED_FILE).exists()
    held_out = corpus.indices("held_out").tolist()
    counts = [few.rows.count(item) for item in range(16)]
    assert 0 < len(held_out) < 16 and counts == [int(i in held_out) for i in range(16)]
    assert not any(few.has_real(item) for item in range(16))
    every = load_or_render(corpus, renders=1)
    for item in held_out:
        assert np.array_equal(few.samples(item, 0), every.samples(item, 0))


def test_unchanged_inputs_are_not_read_again_and_changed_ones_are(tmp_path: Path) -> None:
    data, corpus = write_vimsketch(tmp_path / "in", ["1a.wav", "2b.wav"], 1), tmp_path / "corpus"
    assert build_corpus([data], corpus).is_new
    derived = (
        corpus / RENDERED_FILE,
        corpus / HELD_OUT_FILE,
        corpus / "targets.npz",
        corpus / "targets_clap.npz",
    )
    for path in derived:
        path.write_bytes(b"made from the set")
    before = (corpus / RECORDED_FILE).stat().st_mtime_ns
    assert not build_corpus([data], corpus).is_new
    assert (corpus / RECORDED_FILE).stat().st_mtime_ns == before
    names = data / "Vim_Sketch_Dataset" / "vocal_imitation_file_names.csv"
    names.write_text("00000_1a.wav")
    assert build_corpus([data], corpus).is_new
    assert len(json.loads((corpus / ENTRIES_FILE).read_text())) == 1
    assert not any(path.exists() for path in derived)


def test_command_prints_what_became_of_every_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    table, runs = write_pairs(tmp_path, references=3, takes=2), tmp_path / "runs"
    (tmp_path / "voices" / "1_0.wav").write_bytes(b"no audio")
    assert main(["data", "build", str(table), "--runs", str(runs)]) == 0
    printed = capsys.readouterr().out
    assert "2 references to train with and 1 held out" in printed
    assert "5 real imitations" in printed and "1_0.wav" in printed
    assert main(["data", "build", str(table), "--runs", str(runs), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["is_new"] is False
    assert sum(report["references"].values()) == 3
    assert main(["data", "build", str(tmp_path / "nowhere"), "--runs", str(runs)]) == 1
    assert "no folder or table" in capsys.readouterr().err


def test_build_torn_by_a_kill_is_made_again(tmp_path: Path) -> None:
    table, corpus = write_pairs(tmp_path, references=2, takes=1), tmp_path / "corpus"
    build_corpus([table], corpus)
    (corpus / ".building").mkdir()
    (corpus / BUILD_FILE).write_text('{"fingerprint": ')
    assert build_corpus([table], corpus).is_new
    assert len(load_corpus(corpus).items) == 2


@pytest.mark.parametrize("is_table_first", [True, False])
def test_folder_beside_its_table_costs_no_imitation(tmp_path: Path, is_table_first: bool) -> None:
    table = write_pairs(tmp_path / "data", references=3, takes=2)
    inputs = [table, table.parent] if is_table_first else [table.parent, table]
    report = build_corpus(inputs, tmp_path / "corpus")
    assert sum(report.real_imitations.values()) == 6
    assert sum(report.references.values()) == 3
    assert report.copies == 9 and not report.skipped and not report.notes


def test_table_that_was_not_given_with_its_folder_is_named(tmp_path: Path) -> None:
    table = write_pairs(tmp_path / "data", references=2, takes=1)
    write_table(table.with_name("prices.csv"), [{"a": "1"}])
    for _ in range(2):  # built, and unchanged
        report = build_corpus([table.parent], tmp_path / "corpus")
        (note,) = report.notes
        assert note.startswith("pairs.csv in ") and f"data build {table}" in note


def test_large_held_out_share_of_few_labels_is_explained(tmp_path: Path) -> None:
    for number in range(6):
        write_tone(tmp_path / "in" / "ab"[number % 2] / f"{number}.wav", 300 + 50 * number)
    printed = build_corpus([tmp_path / "in"], tmp_path / "corpus").sentences()
    assert "50% are held out, 8% are wanted: all of one label (sub-folder)" in "\n".join(printed)


def test_set_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file where the folder should be")
    with pytest.raises(OutputError, match="Nothing can be written to"):
        build_corpus([write_pairs(tmp_path, references=2, takes=1)], tmp_path / "runs" / "corpus")


def rows_of(group: str, parts: dict[str, int], hz: int, folder: Path) -> list[dict[str, str]]:
    """Tones of one group in several parts of a set."""
    rows = []
    for part, count in parts.items():
        for number in range(count):
            name = f"{group}-{part}-{number}.wav"
            hz += 10
            write_tone(folder / name, hz)
            rows.append({"audio": name, "caption": f"{group} {number}", "group": group})
            rows[-1] |= {"split": part, "author": "Ann", "licence": "CC-BY-4.0"}
    return rows


def test_stated_parts_are_kept_and_a_torn_group_is_held_out_whole(tmp_path: Path) -> None:
    rows = [
        *rows_of("a", {"train": 2}, 200, tmp_path),
        *rows_of("b", {"train": 1, "val": 1}, 400, tmp_path),
        *rows_of("c", {"test": 1}, 600, tmp_path),
        *rows_of("d", {"val": 1, "train": 1}, 800, tmp_path),
    ]
    build_corpus([write_table(tmp_path / "set.csv", rows)], tmp_path / "corpus")
    items = load_corpus(tmp_path / "corpus").items
    assert {(item.group, item.split) for item in items} == {
        ("set/a", "train"),
        ("set/b", "held_out"),
        ("set/c", "held_out"),
        ("set/d", "held_out"),
    }
    assert items[0].captions == ("a 0",)
    assert (items[0].author, items[0].licence) == ("Ann", "CC-BY-4.0")


def test_no_group_of_any_set_is_in_two_splits() -> None:
    groups = [f"set/{number}" for number in range(200)]
    recordings = [
        Recording(Path(f"{group}/{take}"), "", "", "", group, split=split)
        for number, group in enumerate(groups)
        for take, split in enumerate(("train", "test" if number % 9 == 0 else "train"))
    ]
    stated = stated_splits([Listing("set", tuple(recordings))])
    splits = split_of([one.group for one in recordings], stated)
    assert len(splits) == len(groups)
    assert [group for group, split in splits.items() if split == "held_out"] == groups[::9]


def test_sets_without_a_part_for_testing_hold_some_out_by_their_names() -> None:
    recordings = tuple(
        Recording(Path(str(n)), "", "", "", f"g{n}", split="train") for n in range(50)
    )
    assert stated_splits([Listing("set", recordings)]) == {}


def test_parts_for_testing_alone_are_refused() -> None:
    with pytest.raises(StudioError, match="nothing to train with"):
        split_of(["a", "b"], {"a": "held_out", "b": "held_out"})
