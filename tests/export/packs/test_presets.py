"""Presets of samplers as they read them, from groups without any file."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

from qvim_studio.export.files.metadata import PROGRAM, Loop
from qvim_studio.export.packs.presets import (
    FIRST_KEY,
    KEYS_PER_BANK,
    PresetGroup,
    PresetSample,
    decent_sampler_xml,
    multisample_xml,
    sfz_text,
    write_presets,
)

DOG = PresetGroup(
    "Dog", tuple(PresetSample(PurePosixPath(f"ANIMALS/dog_{n}.wav"), 100 * n) for n in (1, 2))
)
RAIN = PresetGroup("Rain", (PresetSample(PurePosixPath("RAIN/rain.wav"), 500, Loop(5, 480)),))


def test_sfz_lists_a_key_for_each_group_and_a_turn_for_each_sound() -> None:
    assert sfz_text("Pack", [DOG, RAIN]).splitlines() == [
        f"// Pack, made with {PROGRAM}", "<control>", "default_path=../",
        "", "// Dog", "<group>", "key=36", "loop_mode=one_shot", "seq_length=2",
        "<region>", "sample=ANIMALS/dog_1.wav", "seq_position=1",
        "<region>", "sample=ANIMALS/dog_2.wav", "seq_position=2",
        "", "// Rain", "<group>", "key=37", "loop_mode=one_shot",
        "<region>", "sample=RAIN/rain.wav",
        "loop_mode=loop_continuous", "loop_start=5", "loop_end=479",
    ]  # fmt: skip


def test_decent_sampler_maps_the_same_keys_and_turns() -> None:
    root = ElementTree.fromstring(decent_sampler_xml([DOG, RAIN]))
    dog, rain = root.findall("groups/group")
    assert (dog.get("seqMode"), rain.get("seqMode")) == ("round_robin", "always")
    second = dog.findall("sample")[1].attrib
    assert second == {
        "path": "../ANIMALS/dog_2.wav", "rootNote": "36", "loNote": "36", "hiNote": "36",
        "seqPosition": "2", "seqLength": "2",
    }  # fmt: skip
    [loop] = rain.findall("sample")
    assert loop.get("rootNote") == str(FIRST_KEY + 1)
    assert [loop.get(name) for name in ("loopEnabled", "loopStart", "loopEnd")] == [
        "true", "5", "479"
    ]  # fmt: skip


def test_bitwig_knows_the_group_the_key_and_the_length_of_each_sound() -> None:
    root = ElementTree.fromstring(multisample_xml("Pack", [DOG, RAIN], "MK"))
    assert (root.get("name"), root.findtext("creator")) == ("Pack", "MK")
    assert [group.get("name") for group in root.findall("group")] == ["Dog", "Rain"]
    first, second, rain = root.findall("sample")
    assert [one.get("file") for one in (first, second, rain)] == [
        "dog_1.wav", "dog_2.wav", "rain.wav"
    ]  # fmt: skip
    assert [one.get("sample-stop") for one in (first, second, rain)] == ["100", "200", "500"]
    assert [one.get("group") for one in (first, second, rain)] == ["0", "0", "1"]
    assert (first.get("zone-logic"), rain.get("zone-logic")) == ("round-robin", "always-play")
    keys = [one.find("key") for one in (second, rain)]
    assert [key.get("root") for key in keys if key is not None] == ["36", "37"]
    loops = [one.find("loop") for one in (first, rain)]
    assert [loop.attrib for loop in loops if loop is not None] == [
        {"mode": "off"}, {"mode": "loop", "start": "5", "stop": "480"}
    ]  # fmt: skip


def test_more_groups_than_keys_make_a_second_bank_with_a_number(tmp_path: Path) -> None:
    groups = [PresetGroup(f"hit {number}", ()) for number in range(KEYS_PER_BANK + 1)]
    written = write_presets(tmp_path, "Big", groups)
    endings = ("sfz", "dspreset", "multisample")
    assert [path.name for path in written] == [
        f"{name}.{ending}" for name in ("Big", "Big 2") for ending in endings
    ]
    assert written[0].read_text().count("<group>") == KEYS_PER_BANK
    assert written[3].read_text().count("<group>") == 1
    assert f"key={FIRST_KEY}\n" in written[3].read_text()
