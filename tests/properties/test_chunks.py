"""The chunks of WAV files: what is written is found, and damage breaks nothing."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from qvim_studio.export.files.ixml import ixml_payload, recipe_in
from qvim_studio.export.files.metadata import ClipMetadata, bext_payload, info_payload
from qvim_studio.export.files.riff import (
    Chunk,
    chunk,
    read_metadata_chunks,
    read_plain_wave,
    wave_file,
)

BEXT_BYTES = 602  # EBU Tech 3285 v2: before the coding history
FORM = struct.pack("<HHIIHH", 1, 1, 48_000, 96_000, 2, 16)
NAMES = st.sampled_from([b"bext", b"iXML", b"LIST", b"cue "])
CHUNKS = st.lists(st.tuples(NAMES, st.binary(max_size=9)), max_size=4)
ANY_TEXT = st.text(st.characters(), max_size=20)
METADATA = st.builds(
    ClipMetadata,
    title=ANY_TEXT,
    description=ANY_TEXT,
    keywords=st.lists(ANY_TEXT, max_size=3).map(tuple),
    creator=ANY_TEXT,
    notes=ANY_TEXT,
    loudness_lufs=st.none() | st.floats(-120.0, 20.0),
    true_peak_dbfs=st.none() | st.floats(-400.0, 400.0),
    coding_history=ANY_TEXT,
    recipe=st.none()
    | st.dictionaries(ANY_TEXT, st.none() | st.integers() | ANY_TEXT | st.booleans(), max_size=4),
)


@given(CHUNKS, st.binary(max_size=16).filter(lambda audio: len(audio) % 2 == 0))
def test_what_stands_before_the_audio_is_found_and_the_audio_too(
    tmp_path: Path, before: list[Chunk], audio: bytes
) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wave_file(FORM, before, audio))
    first = dict(reversed(before))
    assert read_metadata_chunks(path) == {b"fmt ": FORM, **first}
    wave = read_plain_wave(path)
    assert wave is not None
    assert (wave.channels, wave.sample_rate, wave.bit_depth) == (1, 48_000, 16)
    assert bytes(wave.data) == audio


@given(CHUNKS, st.binary(max_size=8), st.data())
def test_a_file_that_is_cut_off_gives_what_is_whole_in_it(
    tmp_path: Path, before: list[Chunk], audio: bytes, data: st.DataObject
) -> None:
    path = tmp_path / "a.wav"
    whole = wave_file(FORM, before, audio)
    path.write_bytes(whole)
    everything = read_metadata_chunks(path)
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    assert read_metadata_chunks(path).items() <= everything.items()
    read_plain_wave(path)


@given(st.binary(max_size=60))
def test_any_bytes_behind_a_wave_header_are_read_without_an_error(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"RIFF\0\0\0\0WAVE" + content)
    assert b"data" not in read_metadata_chunks(path)
    read_plain_wave(path)


@given(st.binary(max_size=9))
def test_chunks_are_of_even_length_and_say_their_own(payload: bytes) -> None:
    made = chunk(b"test", payload)
    assert len(made) % 2 == 0
    assert struct.unpack("<I", made[4:8])[0] == len(payload)


@given(METADATA)
def test_a_recipe_comes_back_from_its_chunk_and_all_chunks_are_of_even_size(
    meta: ClipMetadata,
) -> None:
    payload = ixml_payload(meta, 2, 48_000, 24)
    assert recipe_in(payload) == meta.recipe
    bext = bext_payload(meta)
    assert len(payload) % 2 == len(bext) % 2 == len(info_payload(meta)) % 2 == 0
    assert len(bext) >= BEXT_BYTES


@given(METADATA, st.data())
def test_a_damaged_recipe_chunk_holds_none_or_an_object(
    meta: ClipMetadata, data: st.DataObject
) -> None:
    payload = bytearray(ixml_payload(meta, 1, 44_100, 16))
    for _ in range(2):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    found: Any = recipe_in(bytes(payload))
    assert found is None or isinstance(found, dict)
