"""The sound index: finds the nearest, follows changes, survives damage."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CancelledError, StudioError
from qvim_studio.core.sound_query import SoundQuery
from qvim_studio.library import sound_index
from qvim_studio.library.sound_index import SAME_MEANING_COSINE, SoundIndex


class LevelEmbedder:
    """Embeds a sound as a direction that its level decides; counts its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, clips: Sequence[AudioClip]) -> np.ndarray:
        self.calls += len(clips)
        angles = np.array([np.abs(clip.samples).max() for clip in clips])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sounds = tmp_path / "sounds"
    (sounds / "deep").mkdir(parents=True)
    for name, level in (("quiet.wav", 0.1), ("deep/middle.flac", 0.5), ("loud.ogg", 0.9)):
        write_tone(sounds / name, level)
    (sounds / "broken.wav").write_bytes(b"no audio")
    (sounds / "notes.txt").write_text("not a sound")
    return sounds


def write_tone(path: Path, level: float) -> None:
    soundfile.write(path, level * np.sin(np.arange(8000) / 9), 16_000)


NEAR_MIDDLE = np.array([np.cos(0.5), np.sin(0.5)], np.float32)


def make_index(folder: Path, embed: LevelEmbedder, space: str = "a", **options) -> SoundIndex:
    return SoundIndex(folder, folder.parent / "cache" / "index.npz", space, embed, **options)


def test_nearest_sounds_come_first(folder: Path) -> None:
    index = make_index(folder, LevelEmbedder())
    assert index.refresh() == 4  # the broken one is tried and passed over
    hits = index.search(SoundQuery(NEAR_MIDDLE), top=2)
    assert [hit.path.name for hit in hits] == ["middle.flac", "quiet.wav"]
    assert hits[0].embedding @ NEAR_MIDDLE == pytest.approx(hits[0].score)


def test_the_nearest_sounds_come_in_the_order_of_their_likelihood(folder: Path) -> None:
    index = make_index(folder, LevelEmbedder())
    index.refresh()
    query = SoundQuery(NEAR_MIDDLE, likelihoods=lambda embeddings: embeddings[:, 1])
    hits = index.search(query, top=2)  # the loudest points farthest along the second axis
    assert [hit.path.name for hit in hits] == ["loud.ogg", "middle.flac"]
    assert hits[0].score == pytest.approx(hits[0].embedding @ NEAR_MIDDLE)


def test_farther_sounds_stay_behind_however_likely_they_are(folder: Path) -> None:
    index = make_index(folder, LevelEmbedder())
    index.refresh()
    query = SoundQuery(NEAR_MIDDLE, likelihoods=lambda embeddings: -embeddings[:, 0])
    names = [hit.path.name for hit in index.search(query, top=3, ordered=2)]
    assert names == ["middle.flac", "quiet.wav", "loud.ogg"]


def test_beside_words_nearness_decides(folder: Path) -> None:
    index = make_index(folder, LevelEmbedder())
    index.refresh()
    query = SoundQuery(NEAR_MIDDLE, "quiet", 0.5, likelihoods=lambda embeddings: embeddings[:, 1])
    assert index.search(query, top=1)[0].path.name == "quiet.wav"


def test_words_outweigh_the_voice_as_far_as_the_balance_says(folder: Path) -> None:
    index = make_index(folder, LevelEmbedder())
    index.refresh()

    def names(query: SoundQuery) -> list[str]:
        return [hit.path.name for hit in index.search(query, top=3)]

    assert names(SoundQuery(NEAR_MIDDLE, "loud", 0.0))[0] == "middle.flac"
    assert names(SoundQuery(NEAR_MIDDLE, "loud", 0.8))[0] == "loud.ogg"
    assert names(SoundQuery(NEAR_MIDDLE, "a thunderstorm", 0.8))[0] == "middle.flac"
    assert names(SoundQuery(None, "loud rumble")) == ["loud.ogg"]
    assert names(SoundQuery(None, "thunder")) == []


def test_what_words_mean_counts_beside_what_sounds_are_called(folder: Path) -> None:
    index = make_index(folder, LevelEmbedder())
    index.refresh()

    def names(query: SoundQuery) -> list[str]:
        return [hit.path.name for hit in index.search(query, top=3)]

    # Without a name that fits, what sounds very much like it; with one, that before others.
    low = np.array([np.cos(-0.2), np.sin(-0.2)], np.float32)
    assert names(SoundQuery(None, "thunder", imagined=low)) == ["quiet.wav"]
    assert names(SoundQuery(None, "thunder", imagined=-low)) == []
    assert names(SoundQuery(None, "loud", imagined=low)) == ["loud.ogg", "quiet.wav"]
    assert names(SoundQuery(NEAR_MIDDLE, "thunder", 0.0, low))[0] == "middle.flac"
    assert names(SoundQuery(NEAR_MIDDLE, "thunder", 0.9, low))[0] == "quiet.wav"
    assert index.search(SoundQuery(None, "thunder", imagined=low), 1)[0].score > SAME_MEANING_COSINE


def test_second_run_embeds_changed_files_only(folder: Path) -> None:
    make_index(folder, LevelEmbedder()).refresh()
    write_tone(folder / "quiet.wav", 0.7)
    os.utime(folder / "quiet.wav", (1, 1))
    (folder / "loud.ogg").unlink()
    (folder / "broken.wav").unlink()
    embed = LevelEmbedder()
    index = make_index(folder, embed)
    assert index.refresh() == embed.calls == 1
    assert len(index) == 2


def test_shipped_index_is_kept_in_16_bits_and_finds_the_same(folder: Path) -> None:
    make_index(folder, LevelEmbedder(), has_times=False).refresh()
    with np.load(folder.parent / "cache" / "index.npz") as stored:
        assert stored["embeddings"].dtype == np.float16
    embed = LevelEmbedder()
    index = make_index(folder, embed, has_times=False)
    index.refresh()
    (hit,) = index.search(SoundQuery(NEAR_MIDDLE), top=1)
    assert embed.calls == 0
    assert hit.path.name == "middle.flac" and hit.score == pytest.approx(1.0, abs=1e-3)


def test_cache_of_another_encoder_is_not_used(folder: Path) -> None:
    make_index(folder, LevelEmbedder(), "a").refresh()
    embed = LevelEmbedder()
    make_index(folder, embed, "b").refresh()
    assert embed.calls == 3


@pytest.mark.parametrize("content", [b"", b"PK torn", b"PK\x03\x04 torn", b"\x93NUMPY\x01\x00"])
def test_damaged_cache_is_made_anew(
    folder: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    make_index(folder, LevelEmbedder()).refresh()
    (folder.parent / "cache" / "index.npz").write_bytes(content)
    embed = LevelEmbedder()
    make_index(folder, embed).refresh()
    assert embed.calls == 3
    assert "damaged" in caplog.text


def test_dangling_link_is_passed_over(folder: Path) -> None:
    try:
        (folder / "gone.wav").symlink_to(folder / "nowhere.wav")
    except OSError:
        pytest.skip("links cannot be made here")
    assert make_index(folder, LevelEmbedder()).refresh() == 4


def test_cancelled_run_keeps_what_it_embedded(folder: Path) -> None:
    def stop_at_two(number: int, count: int) -> None:
        if number == 2:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        make_index(folder, LevelEmbedder(), batch=1).refresh(stop_at_two)
    embed = LevelEmbedder()
    make_index(folder, embed).refresh()
    assert embed.calls == 2


def test_a_run_that_is_killed_keeps_what_it_saved_on_the_way(folder: Path) -> None:
    saved: list[int] = []

    def look(number: int, count: int) -> None:
        index = make_index(folder, LevelEmbedder())  # as another process would find it
        saved.append(len(index))

    make_index(folder, LevelEmbedder(), batch=1, save_every_s=0.0).refresh(look)
    assert saved == sorted(saved) and saved[-1] >= 2


def test_sounds_are_embedded_in_batches(folder: Path) -> None:
    sizes: list[int] = []

    class Counting(LevelEmbedder):
        def __call__(self, clips: Sequence[AudioClip]) -> np.ndarray:
            sizes.append(len(clips))
            return super().__call__(clips)

    reported: list[tuple[int, int]] = []
    make_index(folder, Counting(), batch=2).refresh(lambda *progress: reported.append(progress))
    assert sum(sizes) == 3 and max(sizes) == 2 and reported == [(2, 4), (4, 4)]


def test_missing_folder_gives_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="no folder"):
        make_index(tmp_path / "nowhere", LevelEmbedder())


def test_empty_folder_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    index = make_index(tmp_path / "empty", LevelEmbedder())
    assert index.refresh() == 0
    assert index.search(SoundQuery(NEAR_MIDDLE), top=3) == []


def test_a_file_whose_name_is_no_utf8_is_indexed_kept_and_found(folder: Path) -> None:
    name = os.fsdecode(b"T\xfcr.wav")
    try:
        (folder / "quiet.wav").rename(folder / name)
    except OSError:
        pytest.skip("this disk has UTF-8 names alone")
    make_index(folder, LevelEmbedder()).refresh()
    embed = LevelEmbedder()
    index = make_index(folder, embed)
    index.refresh()
    assert embed.calls == 0  # as it was saved
    hits = index.search(SoundQuery(NEAR_MIDDLE), top=2)
    assert [hit.path.name for hit in hits] == ["middle.flac", name]


def test_a_cache_of_values_that_are_no_numbers_is_made_again(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    make_index(folder, LevelEmbedder()).refresh()
    cache = folder.parent / "cache" / "index.npz"
    with np.load(cache) as stored:
        arrays = dict(stored)
    for wrong in (np.full_like(arrays["embeddings"], np.nan), arrays["embeddings"][:, 0]):
        np.savez(cache, **{**arrays, "embeddings": wrong})
        assert len(make_index(folder, LevelEmbedder())) == 0
        assert "not numbers" in caplog.text
        caplog.clear()


def test_a_run_without_changes_leaves_the_cache_alone(folder: Path) -> None:
    (folder / "broken.wav").unlink()
    index = make_index(folder, LevelEmbedder())
    index.refresh()
    cache = folder.parent / "cache" / "index.npz"
    os.utime(cache, (1, 1))
    assert index.refresh() == 0
    assert cache.stat().st_mtime == 1
    (folder / "loud.ogg").unlink()
    assert index.refresh() == 0 and len(index) == 2
    assert len(make_index(folder, LevelEmbedder())) == 2


def test_a_sound_that_became_unreadable_is_forgotten(folder: Path) -> None:
    index = make_index(folder, LevelEmbedder())
    index.refresh()
    (folder / "quiet.wav").write_bytes(b"torn")
    index.refresh()
    assert [hit.path.name for hit in index.search(SoundQuery(NEAR_MIDDLE), top=9)] == [
        "middle.flac", "loud.ogg"
    ]  # fmt: skip


def test_an_index_that_cannot_be_kept_still_finds(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder.parent / "cache").touch()
    index = make_index(folder, LevelEmbedder())
    index.refresh()
    assert len(index) == 3 and "The search index is not kept" in caplog.text


def test_files_of_a_shipped_folder_are_known_by_their_size_alone(folder: Path) -> None:
    make_index(folder, LevelEmbedder(), has_times=False).refresh()
    os.utime(folder / "quiet.wav", (1, 1))
    embed = LevelEmbedder()
    make_index(folder, embed, has_times=False).refresh()
    assert embed.calls == 0


def test_sounds_of_equal_words_stay_in_their_order_and_score_their_share(folder: Path) -> None:
    index = make_index(folder, LevelEmbedder())
    index.refresh()
    [hit] = index.search(SoundQuery(None, "loud"), top=3)
    assert (hit.path, hit.score) == (folder / "loud.ogg", 1.0)
    half = index.search(SoundQuery(NEAR_MIDDLE, "loud", 0.5), top=1)[0]
    assert half.score == pytest.approx(0.5 * (half.embedding @ NEAR_MIDDLE) + 0.5)
    assert len(index.search(SoundQuery(NEAR_MIDDLE), top=99)) == 3


@pytest.mark.parametrize(("every_s", "times"), [(0.0, 5), (3_600.0, 1)])
def test_a_long_run_is_kept_now_and_then_and_at_its_end(
    folder: Path, monkeypatch: pytest.MonkeyPatch, every_s: float, times: int
) -> None:
    written: list[Path] = []
    monkeypatch.setattr(sound_index, "write_atomically", lambda path, write: written.append(path))
    make_index(folder, LevelEmbedder(), batch=1, save_every_s=every_s).refresh()
    assert len(written) == times
