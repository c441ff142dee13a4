"""Files of every kind are read whole, or as far as they go, and nothing is opened beside them."""

from __future__ import annotations

import io
import os
import struct
import sys
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from qvim_studio.audio.files.decoders import (
    Decoded,
    SoundHeader,
    decode,
    iterate,
    read_tags,
)
from qvim_studio.audio.files.reading import (
    read_audio,
    read_beginning,
    read_noted,
    read_sound_header,
    read_take,
)
from qvim_studio.core.errors import AudioFileError

RATE = 48_000


def tone(seconds: float = 1.0, channels: int = 1) -> np.ndarray:
    t = np.arange(round(seconds * RATE)) / RATE
    return np.repeat(0.3 * np.sin(2 * np.pi * 440 * t)[:, None], channels, axis=1)


def encode(path: Path, codec: str, channels: int = 1, picture: bool = False) -> Path:
    """One second through FFmpeg, beside a black video where ``picture``."""
    layout = "mono" if channels == 1 else "stereo"
    with av.open(str(path), "w") as container:
        if picture:
            video = container.add_stream("mpeg4" if path.suffix != ".webm" else "libvpx", rate=10)
            video.width = video.height = 16
            video.pix_fmt = "yuv420p"
        stream = container.add_stream(codec, rate=RATE, layout=layout)
        if picture:
            image = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), "rgb24")
            container.mux(video.encode(image))
            container.mux(video.encode(None))
        samples = np.ascontiguousarray(tone(1.0, channels).T, np.float32)
        frame = av.AudioFrame.from_ndarray(samples, "fltp", layout)
        frame.sample_rate = RATE
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    return path


@pytest.mark.parametrize(
    ("name", "codec", "picture"),
    [
        ("memo.m4a", "aac", False),
        ("memo.aac", "aac", False),
        ("film.mp4", "aac", True),
        ("film.mov", "pcm_s16le", True),
        ("film.webm", "libopus", True),
        ("film.mkv", "libmp3lame", True),
    ],
)
def test_what_phones_and_cameras_record_is_read(
    tmp_path: Path, name: str, codec: str, picture: bool
) -> None:
    clip = read_audio(encode(tmp_path / name, codec, picture=picture))
    assert clip.sample_rate == RATE and clip.channels == 1
    assert abs(clip.duration_s - 1.0) < 0.06
    spectrum = np.abs(np.fft.rfft(clip.samples[:RATE, 0]))
    assert abs(spectrum.argmax() * RATE / min(RATE, len(clip.samples)) - 440) < 2


def test_both_channels_of_a_video_are_kept(tmp_path: Path) -> None:
    assert read_audio(encode(tmp_path / "a.mp4", "aac", 2, picture=True)).channels == 2


def test_the_beginning_of_a_video_knows_the_length_of_the_whole(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.m4a", "aac")
    clip, frames = read_beginning(path, 0.25)
    assert clip.duration_s == 0.25 and abs(frames - RATE) < 3000
    assert read_sound_header(path).subtype == "aac"


def test_a_video_without_sound_is_refused(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        video = container.add_stream("mpeg4", rate=10)
        video.width = video.height = 16
        image = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), "rgb24")
        container.mux(video.encode(image))
        container.mux(video.encode(None))
    with pytest.raises(AudioFileError, match="holds no sound, only pictures"):
        read_audio(tmp_path / "a.mp4")


@pytest.mark.parametrize(
    "content",
    [
        b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/a.ts\n",
        b"ffconcat version 1.0\nfile /etc/hostname\n",
        b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>',
        b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nc=IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 0\r\n",
    ],
)
def test_a_list_of_other_places_is_no_audio(tmp_path: Path, content: bytes) -> None:
    """FFmpeg would open what it names."""
    (tmp_path / "a.m4a").write_bytes(content)
    with pytest.raises(AudioFileError, match="cannot be read as audio"):
        read_audio(tmp_path / "a.m4a")


@pytest.mark.parametrize("subtype", ["GSM610", "IMA_ADPCM", "MS_ADPCM", "ALAW", "ULAW", "PCM_U8"])
def test_telephone_formats_are_read_whole(tmp_path: Path, subtype: str) -> None:
    soundfile.write(tmp_path / "a.wav", tone()[::6], 8_000, subtype)
    clip = read_audio(tmp_path / "a.wav")
    assert abs(clip.duration_s - 1.0) < 0.1
    assert np.abs(clip.samples[:7_900]).max() == pytest.approx(0.3, abs=0.08)


@pytest.mark.parametrize("name", ["a.gsm", "a.w64", "a.aiff"])
def test_gsm_in_other_containers(tmp_path: Path, name: str) -> None:
    form = {"a.gsm": "WAV", "a.w64": "W64", "a.aiff": "AIFF"}[name]
    soundfile.write(tmp_path / name, tone()[::6], 8_000, "GSM610", format=form)
    assert abs(read_audio(tmp_path / name).duration_s - 1.0) < 0.1


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are text there")
@pytest.mark.parametrize("suffix", ["wav", "flac", "m4a"])
def test_a_name_that_is_no_utf8_is_read(tmp_path: Path, suffix: str) -> None:
    if suffix == "m4a":
        plain = encode(tmp_path / "a.m4a", "aac")
    else:
        plain = tmp_path / f"a.{suffix}"
        soundfile.write(plain, tone(), RATE)
    path = plain.rename(tmp_path / os.fsdecode(b"T\xfcr." + suffix.encode()))
    assert abs(read_audio(path).duration_s - 1.0) < 0.06
    assert read_sound_header(path).sample_rate == RATE


def cut(path: Path, share: float) -> Path:
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    return path


def noise(seconds: float) -> np.ndarray:
    return 0.2 * np.random.default_rng(0).standard_normal(round(seconds * RATE))


@pytest.mark.parametrize("name", ["a.flac", "a.wav", "a.aiff", "a.mp3", "a.ogg"])
def test_of_a_file_that_breaks_off_what_is_there_is_used_and_said(
    tmp_path: Path, name: str
) -> None:
    soundfile.write(tmp_path / name, noise(4.0), RATE)
    noted = read_noted(cut(tmp_path / name, 0.6))
    assert 1.0 < noted.clip.duration_s < 3.0
    assert len(noted.notes) == 1 and f"{name} is damaged or cut off" in noted.notes[0]


@pytest.mark.parametrize("is_tagged", [False, True])
def test_an_mp3_that_says_no_length_is_read_whole(tmp_path: Path, is_tagged: bool) -> None:
    """Its loud beginning takes more bytes a second than the rest."""
    loud_then_quiet = noise(8.0) * np.repeat([1.0, 0.003], [2 * RATE, 6 * RATE])
    soundfile.write(tmp_path / "a.mp3", loud_then_quiet, RATE)
    content = (tmp_path / "a.mp3").read_bytes()
    frames = content[content.find(b"\xff\xfb", 10) :]  # without the frame that holds the table
    tag = b"ID3\x03\0\0\0\0\x01\x00" + bytes(128) if is_tagged else b""
    (tmp_path / "a.mp3").write_bytes(tag + frames)
    noted = read_noted(tmp_path / "a.mp3")
    assert noted.clip.duration_s == pytest.approx(8.0, abs=0.1) and noted.notes == ()
    assert sum(map(len, iterate(tmp_path / "a.mp3"))) == len(noted.clip.samples)


def test_of_a_damaged_flac_the_beginning_is_used(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.flac", noise(2.0), RATE)
    content = bytearray((tmp_path / "a.flac").read_bytes())
    content[len(content) // 2 : len(content) // 2 + 20_000] = bytes(20_000)
    (tmp_path / "a.flac").write_bytes(content)
    noted = read_noted(tmp_path / "a.flac")
    assert noted.clip.duration_s > 0.8 and "damaged" in noted.notes[0]


def test_whole_files_have_no_notes(tmp_path: Path) -> None:
    for name in ("a.wav", "a.flac", "a.ogg", "a.mp3", "a.aiff", "a.caf", "a.au", "a.w64"):
        soundfile.write(tmp_path / name, noise(1.0), RATE)
        assert read_noted(tmp_path / name).notes == ()


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_a_recorder_that_never_wrote_the_length_loses_nothing(tmp_path: Path, size: int) -> None:
    soundfile.write(tmp_path / "a.wav", tone(), RATE)
    content = bytearray((tmp_path / "a.wav").read_bytes())
    at = content.find(b"data") + 4
    content[at : at + 4] = struct.pack("<I", size)
    content[4:8] = struct.pack("<I", size)
    (tmp_path / "a.wav").write_bytes(content)
    assert read_audio(tmp_path / "a.wav").duration_s == 1.0


def test_an_empty_wav_with_tags_is_not_taken_for_sound(tmp_path: Path) -> None:
    with soundfile.SoundFile(tmp_path / "a.wav", "w", RATE, 1) as file:
        file.title = "nothing " * 200
    with pytest.raises(AudioFileError, match="0 ms of audio"):
        read_audio(tmp_path / "a.wav")


def test_a_flac_that_was_streamed_is_read_to_its_end(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.flac", tone(), RATE)
    content = bytearray((tmp_path / "a.flac").read_bytes())
    content[21] &= 0xF0  # the number of samples, 36 bits
    content[22:26] = bytes(4)
    (tmp_path / "a.flac").write_bytes(content)
    noted = read_noted(tmp_path / "a.flac")
    assert (noted.clip.duration_s, noted.notes) == (1.0, ())


def ogg(seconds: float, rate: int, channels: int, subtype: str) -> bytes:
    buffer = io.BytesIO()
    t = np.arange(round(seconds * rate)) / rate
    samples = np.repeat(0.3 * np.sin(2 * np.pi * 440 * t)[:, None], channels, axis=1)
    soundfile.write(buffer, samples, rate, subtype, format="OGG")
    return buffer.getvalue()


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_ogg_streams_one_after_the_other_are_read_whole(tmp_path: Path, subtype: str) -> None:
    parts = [ogg(seconds, RATE, 2, subtype) for seconds in (0.5, 0.75, 0.25)]
    (tmp_path / "a.ogg").write_bytes(b"".join(parts))
    noted = read_noted(tmp_path / "a.ogg")
    assert noted.clip.samples.shape == (round(1.5 * RATE), 2) and noted.notes == ()
    assert read_sound_header(tmp_path / "a.ogg").frames == round(1.5 * RATE)
    assert read_beginning(tmp_path / "a.ogg", 0.7)[1] == round(1.5 * RATE)
    assert sum(map(len, iterate(tmp_path / "a.ogg"))) >= round(1.5 * RATE)


def test_ogg_streams_of_another_rate_are_said(tmp_path: Path) -> None:
    content = ogg(0.5, RATE, 1, "VORBIS") + ogg(0.5, 44_100, 2, "VORBIS")
    (tmp_path / "a.ogg").write_bytes(content)
    noted = read_noted(tmp_path / "a.ogg")
    assert noted.clip.duration_s == 0.5 and "1 of them are not used" in noted.notes[0]


def test_a_name_of_five_thousand_characters_is_refused_in_short() -> None:
    with pytest.raises(AudioFileError, match="cannot be opened") as caught:
        read_audio(Path("x" * 5_000 + ".wav"))
    assert len(str(caught.value)) < 400


def test_a_name_with_a_nul_is_refused() -> None:
    with pytest.raises(AudioFileError, match="cannot be opened"):
        read_audio(Path("a\0b.wav"))


@pytest.mark.parametrize("rate", [100, 999])
def test_a_rate_at_which_nothing_sounds_breaks_nothing(tmp_path: Path, rate: int) -> None:
    soundfile.write(tmp_path / "a.wav", noise(0.1), rate)
    assert "holds nothing above" in read_take(tmp_path / "a.wav").notes[0]


@pytest.mark.parametrize("value", [1e30, 3e38, -1e30])
def test_samples_that_overflow_are_refused(tmp_path: Path, value: float) -> None:
    samples = tone()
    samples[100] = value
    soundfile.write(tmp_path / "a.wav", samples, RATE, "FLOAT")
    with pytest.raises(AudioFileError, match="expected about 1 for full scale"):
        read_audio(tmp_path / "a.wav")


def test_floats_that_hold_integers_are_read(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", 32_767 * tone(), RATE, "FLOAT")
    assert np.abs(read_audio(tmp_path / "a.wav").samples).max() == pytest.approx(9_830, abs=1)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("level", [0.4, -0.9, 1e-3])
def test_a_constant_level_is_no_sound(tmp_path: Path, level: float, channels: int) -> None:
    samples = np.full((RATE, channels), level)
    samples[:, 0] *= -1
    soundfile.write(tmp_path / "a.wav", samples, RATE, "PCM_24")
    with pytest.raises(AudioFileError, match="all its samples have the same value"):
        read_audio(tmp_path / "a.wav")


def test_tags_are_read_by_lower_case_names_and_no_sound_has_none(tmp_path: Path) -> None:
    path = tmp_path / "tagged.flac"
    with soundfile.SoundFile(path, "w", RATE, 1) as file:
        file.artist, file.genre = "Ann", "pop"
        file.write(tone(0.1))
    tags = read_tags(path)
    assert (tags["artist"], tags["genre"]) == ("Ann", "pop")
    path.write_bytes(b"no sound")
    assert read_tags(path) == read_tags(tmp_path / "gone.wav") == {}


@pytest.mark.parametrize(
    ("subtype", "bits"),
    [
        *(("PCM_U8", 8), ("PCM_S8", 8)),
        *(("PCM_16", 16), ("ULAW", 16), ("IMA_ADPCM", 16), ("GSM610", 16)),
        *(("PCM_24", 24), ("VORBIS", 24), ("aac", 24)),
        *(("FLOAT", 32), ("DOUBLE", 32), ("PCM_32", 32), ("ALAC_32", 32)),
    ],
)
def test_a_copy_has_as_many_bits_as_its_sound_needs(subtype: str, bits: int) -> None:
    assert SoundHeader(10, RATE, 1, subtype).bit_depth == bits


@pytest.mark.parametrize(
    ("claimed", "is_damaged", "breaks_off"),
    [
        (None, False, False),
        (RATE, False, False),
        (RATE + RATE // 10, False, False),
        (RATE + RATE // 10 + 1, False, True),
        (RATE, True, True),
    ],
)
def test_a_file_breaks_off_where_more_than_a_tenth_of_a_second_is_missing(
    claimed: int | None, is_damaged: bool, breaks_off: bool
) -> None:
    decoded = Decoded(np.zeros((RATE, 1), np.float32), RATE, claimed, is_damaged)
    assert decoded.breaks_off is breaks_off


@pytest.mark.parametrize("name", ["a.wav", "a.m4a"])
@pytest.mark.parametrize("begin", [0, 1, 30_000, 2 * RATE])
def test_blocks_begin_at_any_frame(tmp_path: Path, name: str, begin: int) -> None:
    path = tmp_path / name
    if name.endswith("wav"):
        soundfile.write(path, tone(), RATE)
    else:
        encode(path, "aac")
    whole = np.concatenate(list(iterate(path)))
    assert whole.shape[1] == 1 and len(whole) >= RATE
    rest = list(iterate(path, begin))
    expected = whole[begin:]
    assert sum(map(len, rest)) == len(expected)
    if rest:
        np.testing.assert_array_equal(np.concatenate(rest), expected)


def test_a_file_without_tags_or_sound_has_no_tags(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("no sound")
    assert read_tags(tmp_path / "a.txt") == {} == read_tags(tmp_path / "gone.mp3")


def test_no_more_frames_are_read_than_the_limit(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone(), RATE)
    decoded = decode(tmp_path / "a.wav", 1_000)
    assert len(decoded.samples) == decoded.claimed_frames == 1_000
    assert not decoded.breaks_off and decoded.streams_left_out == 0
    compressed = decode(encode(tmp_path / "a.m4a", "aac"), 1_000)
    assert len(compressed.samples) == compressed.claimed_frames == 1_000
