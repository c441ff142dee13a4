"""Files as other programs see them: ffprobe, mediainfo, exiftool and wavinfo read what we wrote."""

from __future__ import annotations

import json
import struct
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scripted_engine
import soundfile
from wavinfo import WavInfoReader

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import OutputError, UsageError
from qvim_studio.core.recipe_form import current_recipe
from qvim_studio.export.files import pcm
from qvim_studio.export.files.metadata import ClipMetadata, Loop, Marker
from qvim_studio.export.files.recipe import read_recipe
from qvim_studio.export.files.riff import read_metadata_chunks, read_plain_wave
from qvim_studio.export.files.sound_file import Container, FileFormat, wav_bytes, write_sound

RECIPE = {
    "request": {
        "text": 'Türe <zu> & "auf"',
        "steps": 9,
        "guidance": 2.5,
        "imitation_sha256": None,
    },
    "provenance": scripted_engine.PROVENANCE.as_dict(),
    "seed": 2**60 + 1,
    "bandwidth_hz": 8000.0,
    "loudness_lufs": -23.46,
    "true_peak_dbfs": -1.02,
}
META = ClipMetadata(
    title="Dog Bark",
    description="Generated from a dog by Starter revision 1, seed 7",
    date="2026-11-21",
    keywords=("dog", "bark"),
    category="ANIMALS",
    sub_category="DOG",
    cat_id="ANMLDog",
    creator="MK",
    source="QVIM",
    library="My Pack",
    usage_rights="CC0-1.0",
    loudness_lufs=-23.46,
    true_peak_dbfs=-1.02,
    is_generated=True,
    loop=Loop(1000, 20_001),
    markers=(Marker(500, "onset"), Marker(9000, "second")),
    coding_history="A=PCM,T=QVIM Studio;seed=7",
    reference="QVIM00000007",
    notes="Model Starter revision 1; seed 7",
    recipe=RECIPE,
)


def make_clip(channels: int = 2) -> AudioClip:
    """Samples that 24 bits hold exactly."""
    steps = np.random.default_rng(0).integers(-(2**22), 2**22, (24_000, channels))
    return AudioClip((steps / 2**23).astype(np.float32), 48_000)


@pytest.fixture(scope="module")
def wav(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("wav") / "dog.wav"
    write_sound(path, make_clip(), META)
    return path


def test_floats_say_their_length_once_more(tmp_path: Path) -> None:
    path = tmp_path / "dog.wav"
    write_sound(path, make_clip(), META, FileFormat(bit_depth=32))
    assert read_metadata_chunks(path)[b"fact"] == struct.pack("<I", 24_000)
    samples, _ = soundfile.read(path, dtype="float32")
    assert np.array_equal(samples, make_clip().samples)
    assert WavInfoReader(str(path)).data.frame_count == 24_000


def tool(*command: object) -> Any:
    done = subprocess.run([str(part) for part in command], capture_output=True, check=True)
    return json.loads(done.stdout)


def test_ffprobe_reads_format_and_texts(wav: Path) -> None:
    seen = tool("ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_streams", wav)
    stream, tags = seen["streams"][0], seen["format"]["tags"]
    assert (stream["codec_name"], stream["sample_rate"], stream["channels"]) == (
        "pcm_s24le",
        "48000",
        2,
    )
    assert float(stream["duration"]) == 0.5
    assert tags["title"] == "Dog Bark" and tags["copyright"] == "CC0-1.0"
    assert tags["date"] == "2026-11-21" and tags["originator_reference"] == "QVIM00000007"
    assert tags["coding_history"].strip() == "A=PCM,T=QVIM Studio;seed=7"


def test_mediainfo_reads_format_and_texts(wav: Path) -> None:
    general, audio = tool("mediainfo", "--Output=JSON", wav)["media"]["track"][:2]
    assert general["Description"] == META.description
    assert general["Title"] == "Dog Bark"
    assert (audio["BitDepth"], audio["SamplingRate"], audio["Channels"]) == ("24", "48000", "2")
    assert audio["SamplingCount"] == "24000"


def test_exiftool_reads_bext_info_and_the_loop(wav: Path) -> None:
    (seen,) = tool("exiftool", "-json", "-struct", "-n", wav)
    assert seen["Description"] == META.description and seen["Title"] == "Dog Bark"
    assert seen["BWFVersion"] == 2 and seen["Originator"].startswith("QVIM Studio ")
    assert seen["DateTimeOriginal"] == "2026:11:21 00:00:00"
    assert (seen["SampleRate"], seen["BitsPerSample"], seen["NumChannels"]) == (48_000, 24, 2)
    assert seen["NumSampleLoops"] == 1 and seen["Keywords"] == "dog; bark"


def test_wavinfo_reads_everything(wav: Path) -> None:
    seen = WavInfoReader(str(wav))
    assert seen.fmt.bits_per_sample == 24 and seen.data.frame_count == 24_000
    assert seen.bext.loudness_value == -23.46 and seen.bext.max_true_peak == -1.02
    assert seen.bext.version == 2 and seen.bext.originator_ref == "QVIM00000007"
    assert seen.info.title == "Dog Bark" and seen.info.product == "My Pack"
    assert [(loop.start, loop.end) for loop in seen.smpl.sample_loops] == [(1000, 20_000)]
    assert [point.position for point in seen.cues.cues] == [500, 9000]
    assert [seen.cues.label_and_note(point.name)[0] for point in seen.cues.cues] == [
        "onset",
        "second",
    ]
    assert [track.name for track in seen.ixml.track_list] == ["Left", "Right"]
    aswg = seen.ixml.parsed.find("ASWG")
    values = {element.tag: element.text for element in aswg}
    assert values["isGenerated"] == "true" and values["isLoop"] == "true"
    assert values["catId"] == "ANMLDog" and values["usageRights"] == "CC0-1.0"
    assert (values["loudness"], values["maxPeak"]) == ("-23.46", "-1.02")


def test_what_is_not_known_is_not_claimed(tmp_path: Path) -> None:
    write_sound(tmp_path / "a.wav", make_clip(1), ClipMetadata("a"))
    seen = WavInfoReader(str(tmp_path / "a.wav"))
    assert seen.bext.loudness_value == pytest.approx(327.67)
    assert seen.smpl is None and seen.cues.cues == []
    aswg = {element.tag: element.text for element in seen.ixml.parsed.find("ASWG")}
    assert aswg["isGenerated"] == "false" and "loudness" not in aswg


@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("container", list(Container))
def test_samples_come_back_exactly(tmp_path: Path, container: Container, channels: int) -> None:
    clip = make_clip(channels)
    path = tmp_path / f"a.{container.value}"
    write_sound(path, clip, META, FileFormat(container, 24))
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    assert rate == 48_000
    np.testing.assert_array_equal(samples, clip.samples)
    assert read_recipe(path) == current_recipe(RECIPE)


@pytest.mark.parametrize(("bits", "subtype"), [(16, "PCM_16"), (24, "PCM_24"), (32, "FLOAT")])
@pytest.mark.parametrize("container", [Container.WAV, Container.AIFF])
def test_bit_depths(tmp_path: Path, container: Container, bits: int, subtype: str) -> None:
    path = tmp_path / "a.sound"
    write_sound(path, make_clip(), META, FileFormat(container, bits))
    assert soundfile.info(path).subtype == subtype
    samples, _ = soundfile.read(path)
    tolerance = 2 / 2**15 if bits == 16 else 0
    np.testing.assert_allclose(samples, make_clip().samples, atol=tolerance)


def test_flac_and_aiff_carry_their_texts(tmp_path: Path) -> None:
    for container in (Container.FLAC, Container.AIFF):
        path = tmp_path / f"a.{container.value}"
        write_sound(path, make_clip(), META, FileFormat(container))
        seen = tool("ffprobe", "-v", "error", "-of", "json", "-show_format", path)
        tags = {key.lower(): value for key, value in seen["format"]["tags"].items()}
        assert tags["title"] == "Dog Bark" and json.loads(tags["comment"]) == RECIPE


def test_flac_has_no_float() -> None:
    with pytest.raises(UsageError, match="flac files take 16, 24 bits, got 32"):
        FileFormat(Container.FLAC, 32)


def test_full_scale_is_clipped_and_not_wrapped(tmp_path: Path) -> None:
    clip = AudioClip.from_mono(np.array([1.5, 1.0, -1.0, -1.5]), 48_000)
    for bits in (16, 24):
        write_sound(tmp_path / "a.wav", clip, META, FileFormat(bit_depth=bits))
        samples, _ = soundfile.read(tmp_path / "a.wav")
        np.testing.assert_allclose(samples, [1, 1, -1, -1], atol=2 / 2**15)


def test_dither_turns_distortion_into_hiss() -> None:
    """A sine of half a step vanishes without dither and survives with it."""
    quiet = 0.4 / 2**15 * np.sin(2 * np.pi * 1000 * np.arange(48_000) / 48_000)
    clip = AudioClip.from_mono(quiet, 48_000)
    plain = wav_bytes(clip, META, FileFormat(bit_depth=16, is_dithered=False))
    dithered = wav_bytes(clip, META, FileFormat(bit_depth=16))
    assert not any(plain[-96_000:])
    steps = np.frombuffer(dithered[-96_000:], "<i2").astype(float)
    level = np.abs(np.fft.rfft(steps))[1000] / 24_000
    assert level == pytest.approx(0.4, abs=0.03)
    assert np.std(steps) == pytest.approx(np.sqrt(2 / 12 + 1 / 12 + 0.08), rel=0.05)


def test_equal_clips_make_equal_files() -> None:
    assert wav_bytes(make_clip(), META, FileFormat(bit_depth=16)) == wav_bytes(
        make_clip(), META, FileFormat(bit_depth=16)
    )


@pytest.mark.parametrize("title", ["Dog", "Dogs"])
@pytest.mark.parametrize("history", ["seed=7", "seed=71"])
def test_every_chunk_is_of_even_size_so_that_simple_readers_find_the_audio(
    title: str, history: str
) -> None:
    written = wav_bytes(
        make_clip(), replace(META, title=title, coding_history=history), FileFormat()
    )
    position, sizes = 12, {}
    while position < len(written):
        name, size = struct.unpack("<4sI", written[position : position + 8])
        sizes[name] = size
        position += 8 + size + size % 2
    assert {b"bext", b"iXML", b"data"} <= set(sizes)
    assert not [name for name, size in sizes.items() if size % 2]


def test_texts_that_xml_forbids_do_not_break_the_file(tmp_path: Path) -> None:
    nasty = replace(
        META,
        title="a\x00\x07<b>&\ud800",
        creator="\ud800",
        recipe={**RECIPE, "more": "\x00\ud800"},
    )
    with pytest.raises(UnicodeEncodeError):
        nasty.title.encode()
    write_sound(tmp_path / "a.wav", make_clip(), nasty)
    assert read_recipe(tmp_path / "a.wav") == current_recipe(nasty.recipe)


def test_a_read_only_folder_is_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "gone").write_text("a file where a folder should be")
    with pytest.raises(OutputError, match=r"a\.wav cannot be written"):
        write_sound(tmp_path / "gone" / "a.wav", make_clip(), META)


@pytest.mark.parametrize("length", [1, 2])
def test_every_metadata_chunk_has_an_even_size(tmp_path: Path, length: int) -> None:
    """mhWaveEdit does not expect the pad byte after an odd one and gives the file up."""
    path = tmp_path / "a.wav"
    text = "x" * length
    meta = ClipMetadata(text, description=text, coding_history=text, notes=text, creator=text)
    write_sound(path, AudioClip.from_mono(np.zeros(4800) + 0.1, 48_000), meta)
    chunks = read_metadata_chunks(path)
    assert {b"bext", b"iXML", b"LIST"} <= chunks.keys()
    assert [name for name, payload in chunks.items() if len(payload) % 2] == []


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
@pytest.mark.parametrize("channels", [1, 2])
def test_plain_waves_are_read_as_soundfile_reads_them(
    tmp_path: Path, subtype: str, channels: int
) -> None:
    path = tmp_path / "a.wav"
    samples = np.random.default_rng(1).uniform(-1, 1, (4801, channels))
    samples[:2] = [[-1.0] * channels, [1.0] * channels]
    soundfile.write(path, samples, 44_100, subtype)
    plain = read_plain_wave(path)
    assert plain is not None and (plain.sample_rate, plain.channels) == (44_100, channels)
    read = pcm.decode(plain.data, plain.bit_depth, plain.channels)
    np.testing.assert_array_equal(read, soundfile.read(path, dtype="float32", always_2d=True)[0])


def test_other_files_are_no_plain_waves(tmp_path: Path) -> None:
    samples = np.zeros(4800) + 0.1
    for name, subtype in (("a.wav", "PCM_U8"), ("b.wav", "DOUBLE"), ("c.flac", "PCM_16")):
        soundfile.write(tmp_path / name, samples, 48_000, subtype)
        assert read_plain_wave(tmp_path / name) is None
    soundfile.write(tmp_path / "cut.wav", samples, 48_000, "PCM_16")
    whole = (tmp_path / "cut.wav").read_bytes()
    for length in (0, 11, 20, 43, len(whole) - 1):
        (tmp_path / "cut.wav").write_bytes(whole[:length])
        assert read_plain_wave(tmp_path / "cut.wav") is None
