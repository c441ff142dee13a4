"""Sets of imitations that came after VimSketch: the Vocal Imitation Set and AES QVIM EVAL."""

from __future__ import annotations

from pathlib import Path

from training_data import write_aes

from qvim_studio.training.corpus.sets.layouts import read_layout


def test_vocal_imitation_set_reads_what_its_authors_included(tmp_path: Path) -> None:
    columns = ["imitation_id", "imitation_filename", "category_id"]
    columns += [f"category_d{depth}" for depth in range(1, 7)]
    columns += ["reference_filename", "included", "draft", "training", "participant_id"]
    start = "1\t{0}.wav\t045\tAnimal\tPets\tDog\tBark\t\t\t045Dog_Bark.wav\t{1}\tFalse\tFalse\tp1"
    lines = [start.format("045 - p1", "True"), start.format("045 - draft", "False")]
    text = "\n".join(["\t".join(columns), *lines])
    (tmp_path / "vocal_imitations.txt").write_text(text)
    credits = "filename,username,user_url,file_url,freesound_id\n045Dog_Bark.wav,ann,u,f,7\n"
    (tmp_path / "original_recordings_license.csv").write_text(credits)
    listing = read_layout(tmp_path)
    assert listing.layout == "Vocal Imitation Set"
    (dog,) = listing.recordings
    assert dog.path == tmp_path / "original_recordings" / "reference" / "045Dog_Bark.wav"
    assert (dog.label, dog.licence, dog.author) == ("bark", "CC-BY-4.0", "ann")
    (take,) = listing.takes
    assert take.path == tmp_path / "vocal_imitations" / "included" / "045 - p1.wav"
    assert take.reference == dog.path
    assert listing.notes[0].startswith("1 imitations are left out")


def test_aes_eval_is_a_set_of_its_own_that_is_tested_with(tmp_path: Path) -> None:
    folder = write_aes(tmp_path, ["Dog"], queries=1)
    (folder / "DEV Dataset.csv").rename(folder / "EVAL Dataset.csv")
    listing = read_layout(folder)
    assert listing.layout == "AES QVIM EVAL"
    (dog,) = listing.recordings
    assert (dog.split, dog.group) == ("test", "AES QVIM EVAL/Dog/item0")
    assert len(listing.takes) == 1


def test_aes_folders_without_a_table_are_items_to_test_with(tmp_path: Path) -> None:
    folder = write_aes(tmp_path, ["Dog", "Door"], queries=2)
    (folder / "DEV Dataset.csv").unlink()
    listing = read_layout(tmp_path)
    assert listing.layout == "AES QVIM EVAL" and listing.takes == ()
    assert [(one.label, one.split) for one in listing.recordings] == [
        ("dog", "test"),
        ("door", "test"),
    ]
    assert listing.notes[0].startswith("4 queries are left out")
