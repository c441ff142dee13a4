"""Scores of classes become words that people type."""

from __future__ import annotations

import pytest

from qvim_studio.core.sound_words import SoundWord, words_of_scores


def test_the_surest_class_of_a_word_counts() -> None:
    found = words_of_scores({"Dog": 0.2, "Bark": 0.7, "Steam": 0.5, "Rain": 0.1})
    assert found == (
        SoundWord("dog", 0.7, "dog"),
        SoundWord("steam", 0.5, "hiss"),
        SoundWord("rain", 0.1, "rain"),
    )


@pytest.mark.parametrize("name", ["Speech", "Music", "Silence", "Inside, small room", "Animal"])
def test_classes_that_say_nothing_about_the_wanted_sound_have_no_word(name: str) -> None:
    assert words_of_scores({name: 1.0}) == ()


def test_words_and_kinds_of_other_ears_stand_for_themselves() -> None:
    found = words_of_scores({"door close": 0.9, "steam": 0.8, "Steam": 0.3})
    assert [(one.word, one.kind) for one in found] == [
        ("door close", "door close"), ("steam", "hiss")
    ]  # fmt: skip


def test_no_more_words_than_asked_for_and_none_below_the_least() -> None:
    scores = {"Dog": 0.9, "Cat": 0.8, "Rain": 0.01}
    assert [one.word for one in words_of_scores(scores, count=1)] == ["dog"]
    assert [one.word for one in words_of_scores(scores, least=0.1)] == ["dog", "cat"]


def test_a_score_of_the_least_that_counts_counts() -> None:
    assert [one.word for one in words_of_scores({"Dog": 0.2, "Rain": 0.1}, least=0.2)] == ["dog"]
