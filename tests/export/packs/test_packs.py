"""Sample packs: what lies in them, what they refuse, how they survive."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

import numpy as np
import pytest
import soundfile
from pack_clips import OPTIONS, WHOLE, make_clips, names_in
from PIL import Image
from wavinfo import WavInfoReader

from qvim_studio.core.errors import CancelledError, UsageError
from qvim_studio.export.files.edits import EditList, NormalizeTruePeak, SeamlessLoop
from qvim_studio.export.files.metadata import Loop
from qvim_studio.export.files.recipe import read_recipe
from qvim_studio.export.packs.name_template import NameTemplate
from qvim_studio.export.packs.pack_extras import write_cover
from qvim_studio.export.packs.pack_manifest import verify_pack
from qvim_studio.export.packs.pack_plan import PackOptions, plan_pack, plan_sources
from qvim_studio.export.packs.pack_sources import read_sources
from qvim_studio.export.packs.pack_texts import COLUMNS
from qvim_studio.export.packs.pack_writer import PackProgress, export_pack
from qvim_studio.export.packs.presets import PresetGroup, PresetSample, sfz_text, write_presets
from qvim_studio.export.ucs.ucs_name import parse_name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a\nb", "a b"),
        ("a\r\n\tb\0", "a b"),
        ("T\udcfcr", "Tür"),
        ("Tu\u0308r", "Tür"),
        ("\u202aab", "ab"),
    ],
)
def test_names_of_several_lines_and_of_no_text_are_one_line(given: str, kept: str) -> None:
    options = PackOptions(given, given, given)
    assert (options.name, options.creator, options.source) == (kept, kept, kept)


@pytest.mark.parametrize("name", ["Tür\nzu", "狗叫", "كلب ينبح", "T\udcfcr"])
def test_a_cover_shows_any_name(tmp_path: Path, name: str) -> None:
    options = PackOptions(name, name, "QVIM")
    soundfile.write(tmp_path / "a.wav", 0.1 * np.ones(480), 48_000)
    write_cover(tmp_path / "cover.png", options.name, options.creator, [tmp_path / "a.wav"])
    assert options.folder_name.isascii() and options.folder_name != "Pack"


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pack")
    files = make_clips(folder / "clips", "dog bark", 3)
    files += make_clips(folder / "clips", "glass breaking", 1)
    return export_pack(plan_pack(files, OPTIONS), folder / "out").folder


def test_the_layout_is_the_one_that_libraries_expect(pack: Path) -> None:
    files = sorted(f.relative_to(pack).as_posix() for f in pack.rglob("*") if f.is_file())
    assert files == [
        "ANIMALS/ANMLDog_Dog Bark_MK_QVIM_001.wav",
        "ANIMALS/ANMLDog_Dog Bark_MK_QVIM_002.wav",
        "ANIMALS/ANMLDog_Dog Bark_MK_QVIM_003.wav",
        "Demo/My Pack_demo.wav",
        "Documentation/AI-DISCLOSURE.txt",
        "Documentation/LICENSE.txt",
        "Documentation/My Pack_metadata.csv",
        "Documentation/README.txt",
        "Documentation/cover.png",
        "GLASS/GLASBrk_Glass Breaking_MK_QVIM_001.wav",
        "Presets/My Pack.dspreset",
        "Presets/My Pack.sfz",
        "manifest.json",
    ]
    assert names_in(pack.parent) == WHOLE


def test_every_sound_says_what_it_is_and_keeps_its_samples_and_recipe(pack: Path) -> None:
    path = pack / "ANIMALS/ANMLDog_Dog Bark_MK_QVIM_002.wav"
    source = pack.parent.parent / "clips/dog_bark_02.wav"
    np.testing.assert_array_equal(soundfile.read(path)[0], soundfile.read(source)[0])
    seen = WavInfoReader(str(path))
    aswg = {element.tag: element.text for element in seen.ixml.parsed.find("ASWG")}
    assert aswg["catId"] == "ANMLDog" and aswg["subCategory"] == "DOG"
    assert aswg["library"] == "My Pack" and aswg["isGenerated"] == "true"
    assert seen.bext.max_true_peak == pytest.approx(float(aswg["maxPeak"]))
    recipe = read_recipe(path)
    assert recipe is not None and recipe["seed"] == 8 and recipe["edits"] == []
    assert parse_name(path.stem).user_data == "002"


def test_the_table_lists_every_sound(pack: Path) -> None:
    text = (pack / "Documentation/My Pack_metadata.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert tuple(rows[0]) == COLUMNS and len(rows) == 4
    assert {row["Filename"] for row in rows} == {f.name for f in pack.glob("[AG]*/*.wav")}
    assert rows[0]["CatID"] == "ANMLDog" and rows[0]["Licence"] == "CC0-1.0"
    assert (rows[0]["Duration"], rows[0]["SampleRate"], rows[0]["BitDepth"]) == (
        "0.250",
        "48000",
        "24",
    )
    assert -6 < float(rows[0]["dBTP"]) < -3 and rows[0]["LUFS"] == ""


def test_papers_cover_and_demo(pack: Path) -> None:
    papers = pack / "Documentation"
    assert "4 sounds" in (papers / "README.txt").read_text()
    assert "CC0-1.0 (Starter): may be sold" in (papers / "LICENSE.txt").read_text()
    disclosure = (papers / "AI-DISCLOSURE.txt").read_text()
    assert "4 of 4 sounds were generated" in disclosure and "Starter revision 1: 4" in disclosure
    with Image.open(papers / "cover.png") as cover:
        assert cover.size[0] == cover.size[1] >= 1000
        assert len(cover.getcolors(2**24)) > 50
    demo, rate = soundfile.read(pack / "Demo/My Pack_demo.wav")
    assert rate == 48_000 and len(demo) == 4 * 24_000
    assert np.abs(demo).max() == pytest.approx(10 ** (-3 / 20), abs=0.001)


def test_the_manifest_verifies_in_folder_and_zip(pack: Path, tmp_path: Path) -> None:
    assert verify_pack(pack) == []
    with zipfile.ZipFile(pack.with_name("My Pack.zip")) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
    assert verify_pack(tmp_path / "My Pack") == []
    manifest = json.loads((pack / "manifest.json").read_text())
    row = manifest["clips"][0]
    assert (row["checkpoint"], row["revision"], row["seed"]) == ("starter", "1", 7)
    assert (row["steps"], row["guidance"], row["licence"]) == (5, 2.0, "CC0-1.0")
    sound = pack / row["path"]
    hashes = {file["path"]: file["sha256"] for file in manifest["files"]}
    assert hashes[row["path"]] == hashlib.sha256(sound.read_bytes()).hexdigest()


def test_changes_to_a_pack_are_found(pack: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(pack, tmp_path / "copy")
    (copy / "Documentation/README.txt").write_text("changed")
    (copy / "GLASS/GLASBrk_Glass Breaking_MK_QVIM_001.wav").unlink()
    (copy / "extra.txt").touch()
    assert [text.split(" ", 1)[1] for text in verify_pack(copy)][1:] == [
        "is not in the manifest",
        "was changed",
    ]
    (copy / "manifest.json").write_text("{")
    assert verify_pack(copy) == ["manifest.json is missing or damaged"]


def test_sfzlint_is_clean(pack: Path) -> None:
    lint = Path(sys.executable).with_name("sfzlint")
    done = subprocess.run(
        [lint, pack / "Presets/My Pack.sfz"], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "" and "ERROR" not in done.stderr


def test_variations_take_turns_in_every_preset(pack: Path) -> None:
    sfz = (pack / "Presets/My Pack.sfz").read_text()
    assert sfz.count("seq_length=3") == 1 and "seq_position=3" in sfz and "key=37" in sfz
    decent = ElementTree.parse(pack / "Presets/My Pack.dspreset").getroot()
    groups = decent.findall("groups/group")
    assert [g.get("seqMode") for g in groups] == ["round_robin", "always"]
    for sample in decent.iter("sample"):
        assert (pack / "Presets" / str(sample.get("path"))).is_file()
    with zipfile.ZipFile(pack.with_name("My Pack.multisample")) as archive:
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
        root = ElementTree.fromstring(archive.read("multisample.xml"))
        names = set(archive.namelist())
    samples = root.findall("sample")
    assert {sample.get("file") for sample in samples} == names - {"multisample.xml"}
    assert [s.get("zone-logic") for s in samples] == ["round-robin"] * 3 + ["always-play"]
    assert [key.get("root") for s in samples for key in s.findall("key")] == ["36"] * 3 + ["37"]


def test_more_groups_than_keys_make_banks(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"sound")
    for number in range(93):
        (tmp_path / f"{number}.wav").write_bytes(b"sound")
    groups = [
        PresetGroup(str(n), (PresetSample(PurePosixPath(f"{n}.wav"), 10),)) for n in range(93)
    ]
    written = write_presets(tmp_path, "Big", groups)
    assert [path.name for path in written[::3]] == ["Big.sfz", "Big 2.sfz"]
    assert written[0].read_text().count("<group>") == 92
    assert "key=127" in written[0].read_text()


def test_loops_reach_the_presets() -> None:
    looped = PresetGroup("a", (PresetSample(PurePosixPath("a.wav"), 10, Loop(2, 9)),))
    assert "loop_start=2\nloop_end=8" in sfz_text("x", [looped])


def test_edits_are_applied_and_told(tmp_path: Path) -> None:
    files = make_clips(tmp_path, "engine", 1, seconds=0.5)
    options = PackOptions(
        "P", "MK", "QVIM", edits=EditList((SeamlessLoop(0.05), NormalizeTruePeak(-6.0)))
    )
    folder = export_pack(plan_pack(files, options), tmp_path / "out").folder
    (wav,) = (folder / "MOTORS").glob("*.wav")
    seen = WavInfoReader(str(wav))
    assert seen.bext.max_true_peak == pytest.approx(-6.0, abs=0.05)
    loop = seen.smpl.sample_loops[0]
    assert (loop.start, loop.end + 1) == (0, soundfile.info(wav).frames)
    assert json.loads((folder / "manifest.json").read_text())["edits"][0]["kind"] == "loop"


@pytest.mark.parametrize("silence_s", [0, 70])
def test_sounds_of_any_length_get_a_cover_and_a_demo(tmp_path: Path, silence_s: int) -> None:
    tone = 0.3 * np.sin(0.2 * np.arange(8000 * 660))
    tone[: 8000 * silence_s] = 0
    soundfile.write(tmp_path / "rain.wav", tone, 8000, "PCM_16")
    folder = export_pack(plan_pack([tmp_path / "rain.wav"], OPTIONS), tmp_path / "out").folder
    assert verify_pack(folder) == []
    assert soundfile.info(folder / "Demo/My Pack_demo.wav").duration == pytest.approx(6.25)


def test_a_sound_of_another_category_is_written_again(tmp_path: Path) -> None:
    options = PackOptions("P", "MK", "QVIM", template=NameTemplate("{fxname}_{number}"))
    sources = read_sources(make_clips(tmp_path / "clips", "bark", 1))
    dog, cat = (
        plan_sources([source.with_changes(cat_id=cat_id) for source in sources], options)
        for cat_id in ("ANMLDog", "ANMLCat")
    )
    assert dog.clips[0].path == cat.clips[0].path
    seen: list[PackProgress] = []
    with pytest.raises(CancelledError):
        export_pack(dog, tmp_path / "out", seen.append, lambda: bool(seen))
    report = export_pack(cat, tmp_path / "out")
    assert report.reused == 0
    (wav,) = report.folder.glob("ANIMALS/*.wav")
    assert WavInfoReader(str(wav)).ixml.parsed.find("ASWG/catId").text == "ANMLCat"


def test_a_sound_that_is_there_twice_is_told(tmp_path: Path) -> None:
    """Copies of ours and of others; not what an editor made of a sound and left the recipe in."""
    bark, meow = make_clips(tmp_path, "dog bark", 2)
    plain, edited = tmp_path / "plain.wav", tmp_path / "edited.wav"
    soundfile.write(plain, *soundfile.read(bark), "PCM_24")
    whole = bark.read_bytes()
    edited.write_bytes(whole[:-3] + b"\1\0\0")
    twins = [Path(shutil.copy(file, tmp_path / f"twin {file.stem}.wav")) for file in (bark, plain)]
    options = PackOptions("My Pack", "MK", "QVIM", template=NameTemplate("{fxname}_{number}"))
    plan = plan_pack([bark, meow, edited, plain, *twins], options)
    report = export_pack(plan, tmp_path / "out")
    paths = {clip.source.path: clip.path for clip in plan.clips}
    assert [text for text in report.warnings if "the same sound" in text] == [
        f"{paths[twin]}: This is the same sound as {paths[bark]}." for twin in (plain, *twins)
    ]


@pytest.mark.parametrize("name", ["", "///", "\0\n"])
def test_names_need_a_letter(name: str) -> None:
    for names in ((name, "MK", "QVIM"), ("Pack", name, "QVIM"), ("Pack", "MK", name)):
        with pytest.raises(UsageError, match="no letter or digit"):
            PackOptions(*names)
