"""The plan of a pack: sizes, categories, fingerprints, and what may not be sold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pack_clips import OPTIONS

from qvim_studio.core.errors import StudioError, UsageError
from qvim_studio.export.files.edits import EditList, Resample, SetChannels
from qvim_studio.export.files.sound_file import Container, FileFormat
from qvim_studio.export.packs.pack_archives import bank_names
from qvim_studio.export.packs.pack_plan import (
    REFUSED_SHOWN,
    category_of,
    is_guess,
    name_sources,
    plan_sources,
)
from qvim_studio.export.packs.pack_sources import PackSource, short_names


def source(name: str = "a", commercial: str = "yes", **values: object) -> PackSource:
    recipe = {"provenance": {"licence": "CC", "commercial": commercial}, "request": {}, "seed": 7}
    made = PackSource(
        Path(f"/clips/{name}.wav"), "big dog", "", "2026-11-21", name, 1_000, 48_000, 2, 5, 6,
        recipe=recipe,
    )  # fmt: skip
    return made.with_changes(**values)


def test_the_size_of_a_pack_is_that_of_its_samples() -> None:
    two = [source("a"), source("b", channels=1)]
    assert plan_sources(two, OPTIONS).audio_bytes == 1_000 * 3 * 3
    floats = replace(OPTIONS, file_format=FileFormat(bit_depth=32))
    assert plan_sources(two, floats).audio_bytes == 1_000 * 3 * 4
    edits = (Resample(44_100), SetChannels(2), SetChannels(1), Resample(96_000))
    edited = replace(OPTIONS, edits=EditList(edits))
    assert plan_sources(two, edited).audio_bytes == 2 * 2_000 * 3


def test_plans_are_equal_only_if_everything_that_the_files_hold_is() -> None:
    plan = plan_sources([source()], OPTIONS)
    assert plan.fingerprint == plan_sources([source()], OPTIONS).fingerprint
    sources = [{"size": 9}, {"mtime_ns": 9}, {"title": "cat"}, {"tags": ("x",)}]
    options = [
        {"name": "Other"}, {"creator": "O"}, {"source": "O"}, {"is_commercial": True},
        {"cat_id": "RAINConc"}, {"file_format": FileFormat(bit_depth=16)},
        {"edits": EditList((SetChannels(1),))},
    ]  # fmt: skip
    others = [plan_sources([source(**values)], OPTIONS) for values in sources]
    others += [plan_sources([source()], replace(OPTIONS, **values)) for values in options]
    assert len({plan.fingerprint, *(other.fingerprint for other in others)}) == 1 + len(others)


def test_a_category_comes_from_the_pack_the_file_or_the_words() -> None:
    assert category_of(source(), "AIRHiss").cat_id == "AIRHiss"
    assert category_of(source(cat_id="AIRHiss")).cat_id == "AIRHiss"
    assert category_of(source()).cat_id == "ANMLDog"
    assert is_guess(source(title="qqq")) is True
    assert is_guess(source(title="qqq", tags=("dog",))) is False
    assert is_guess(source(title="qqq", cat_id="AIRHiss")) is False


def test_names_lie_in_the_folder_of_their_category() -> None:
    first, second = name_sources([source("a"), source("b")], OPTIONS)
    assert [str(clip.path) for clip in (first, second)] == [
        f"ANIMALS/ANMLDog_Big Dog_MK_QVIM_00{number}.wav" for number in (1, 2)
    ]


@pytest.mark.parametrize("count", [REFUSED_SHOWN, REFUSED_SHOWN + 2])
def test_what_may_not_be_sold_is_named_up_to_a_number(count: int) -> None:
    selling = replace(OPTIONS, is_commercial=True)
    refused = [source(f"no{number}", "no") for number in range(count)]
    with pytest.raises(StudioError) as error:
        plan_sources([source("yes"), *refused], selling)
    text = str(error.value)
    assert text.startswith(f"{count} of {count + 1} clips may not be sold")
    assert f"no{REFUSED_SHOWN - 1}.wav (CC)" in text
    assert ("and 2 more" in text) is (" more. Take" in text) is (count > REFUSED_SHOWN)
    assert plan_sources([source("a", "conditional")], selling).clips


def test_a_pack_of_another_format_or_an_unknown_category_is_refused() -> None:
    with pytest.raises(UsageError, match="got flac"):
        replace(OPTIONS, file_format=FileFormat(Container.FLAC))
    with pytest.raises(UsageError, match="no UCS category"):
        replace(OPTIONS, cat_id="Nope")


@pytest.mark.parametrize(("groups", "banks"), [(1, 1), (92, 1), (93, 2), (185, 3)])
def test_an_instrument_holds_a_key_for_each_of_ninety_two_groups(groups: int, banks: int) -> None:
    plan = plan_sources([source(str(number)) for number in range(groups)], OPTIONS)
    others = [f"My Pack.{number}.multisample" for number in range(2, banks + 1)]
    assert bank_names(plan) == ["My Pack.multisample", *others]


def test_a_file_is_called_by_as_much_of_its_path_as_tells_it_from_others() -> None:
    paths = [Path("/a/x/dog.wav"), Path("/b/x/dog.wav"), Path("/b/cat.wav")]
    assert list(short_names(paths).values()) == ["a/x/dog.wav", "b/x/dog.wav", "cat.wav"]
