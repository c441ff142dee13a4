"""The iXML document: tracks, what games read, and the recipe."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from qvim_studio.export.files.ixml import VENDOR_ELEMENT, ixml_payload, recipe_in
from qvim_studio.export.files.metadata import PROGRAM, ClipMetadata, Loop

META = ClipMetadata(
    "Dög", "barks", category="ANIMALS", cat_id="ANMLDog", creator="MK", library="Pack",
    usage_rights="CC0", loudness_lufs=-23.456, true_peak_dbfs=-1.0, is_generated=True,
    loop=Loop(0, 9), reference="QVIM1", recipe={"seed": 7},
)  # fmt: skip


def document(meta: ClipMetadata, channels: int = 1) -> ElementTree.Element:
    payload = ixml_payload(meta, channels, 48_000, 24)
    assert len(payload) % 2 == 0 and payload.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
    return ElementTree.fromstring(payload.decode())


def test_the_document_says_what_the_file_is() -> None:
    root = document(META)
    found = {name: root.findtext(name) for name in ("PROJECT", "SCENE", "FILE_UID", "NOTE")}
    assert found == {"PROJECT": "Pack", "SCENE": "Dög", "FILE_UID": "QVIM1", "NOTE": "barks"}
    speed = [root.findtext(f"SPEED/{name}") for name in ("FILE_SAMPLE_RATE", "AUDIO_BIT_DEPTH")]
    assert speed == ["48000", "24"]
    assert root.findtext(f"{VENDOR_ELEMENT}/PROGRAM") == PROGRAM


def test_games_read_what_kind_of_sound_it_is() -> None:
    root = document(META)
    expected = {
        "contentType": "sfx", "isGenerated": "true", "isLoop": "true", "catId": "ANMLDog",
        "loudness": "-23.46", "maxPeak": "-1.00", "usageRights": "CC0", "fxName": "Dög",
    }  # fmt: skip
    assert {name: root.findtext(f"ASWG/{name}") for name in expected} == expected
    bare = document(ClipMetadata("a"))
    said = {name: bare.findtext(f"ASWG/{name}") for name in ("isGenerated", "isLoop", "loudness")}
    assert said == {"isGenerated": "false", "isLoop": "false", "loudness": None}
    assert bare.find(VENDOR_ELEMENT) is None


@pytest.mark.parametrize(
    ("channels", "names"),
    [(1, ["Mono"]), (2, ["Left", "Right"]), (3, ["Channel 1", "Channel 2", "Channel 3"])],
)
def test_every_channel_is_a_track_with_a_name(channels: int, names: list[str]) -> None:
    root = document(META, channels)
    tracks = root.findall("TRACK_LIST/TRACK")
    assert root.findtext("TRACK_LIST/TRACK_COUNT") == str(channels)
    assert [track.findtext("NAME") for track in tracks] == names
    numbers = [str(number) for number in range(1, channels + 1)]
    assert [track.findtext("CHANNEL_INDEX") for track in tracks] == numbers
    assert [track.findtext("INTERLEAVE_INDEX") for track in tracks] == numbers


@pytest.mark.parametrize("ending", [b"", b"\0\0", b"\r\n"])
def test_the_recipe_comes_back_whatever_stands_behind_the_document(ending: bytes) -> None:
    assert recipe_in(ixml_payload(META, 1, 48_000, 24) + ending) == {"seed": 7}


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"<BWFXML>",
        b"\xff",
        b"<BWFXML/>",
        b"<a><QVIM_STUDIO><RECIPE>[]</RECIPE></QVIM_STUDIO></a>",
    ],
)
def test_other_documents_hold_no_recipe(payload: bytes) -> None:
    assert recipe_in(payload) is None


def test_equal_recipes_are_written_alike_whatever_their_order_and_in_ascii() -> None:
    recipes = ({"seed": 7, "text": "Dög"}, {"text": "Dög", "seed": 7})
    payloads = [ixml_payload(replace(META, recipe=recipe), 1, 48_000, 24) for recipe in recipes]
    assert payloads[0] == payloads[1]
    assert rb"D\u00f6g" in payloads[0]
    assert recipe_in(payloads[0]) == recipes[0]


def test_a_document_without_a_recipe_has_no_part_of_ours() -> None:
    root = document(replace(META, recipe=None))
    assert root.find(VENDOR_ELEMENT) is None
    assert root.findtext("SPEED/DIGITIZER_SAMPLE_RATE") == "48000"
