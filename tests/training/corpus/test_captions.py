"""What captions are made of, and what they never say."""

from __future__ import annotations

import numpy as np

from qvim_studio.training.corpus.captions import CaptionWriter, phrases_of
from qvim_studio.training.corpus.labels import RULES
from qvim_studio.training.corpus.vocabulary import FURTHER_WORDS

LABELS = (("dog", "s"), ("heavy laser~", "s"), ("sgtdth", "s"), ("quack duck", "s"))
DRAWN = 300


def written(sound: int) -> list[tuple[str, frozenset[str]]]:
    writer, rng = CaptionWriter(LABELS), np.random.default_rng(0)
    captions = [writer.write(sound, rng) for _ in range(DRAWN)]
    return [(caption.text, caption.used) for caption in captions]


def test_a_sound_is_called_by_its_class_its_words_and_what_else_these_are_called() -> None:
    phrases = phrases_of("dog", "s")
    assert {"animal", "bark", "puppy"} <= set(phrases)
    assert "quack" not in phrases
    assert len(set(phrases)) == len(phrases)


def test_captions_say_what_they_are_made_of_in_many_ways() -> None:
    captions = written(0)
    assert len({text for text, _ in captions}) > DRAWN // 2
    known = set(phrases_of("dog", "s"))
    for text, used in captions:
        assert used <= known
        assert all(word.removesuffix("e")[:3] in text for one in used for word in one.split())
    assert {len(used) for _, used in captions} == {1, 2, 3}


def test_readable_labels_are_written_and_marks_are_not() -> None:
    captions = written(1)
    assert any(used == {"heavy laser"} for _, used in captions)
    assert not any("~" in text for text, _ in captions)


def test_captions_fit_all_sounds_that_are_called_so() -> None:
    writer, rng = CaptionWriter(LABELS), np.random.default_rng(1)
    captions = [writer.write(0, rng) for _ in range(DRAWN)]
    assert all(writer.fits(caption, 0) for caption in captions)
    assert not any(writer.fits(caption, 1) for caption in captions)
    # An animal is both; a bark is not.
    assert {writer.fits(caption, 3) for caption in captions} == {True, False}
    assert all(writer.fits(one, 3) == ("animal" in one.used) for one in captions)


def test_unknown_texts_hold_no_known_word_and_may_be_empty() -> None:
    writer, rng = CaptionWriter(LABELS), np.random.default_rng(2)
    texts = [writer.write_unknown(rng) for _ in range(DRAWN)]
    known = {word for line in writer.lines() for word in line.split()}
    assert not {word for text in texts for word in text.split()} & known
    assert {len(text.split()) for text in texts} == {0, 1, 2, 3}


def test_lines_hold_every_word_that_captions_use() -> None:
    writer, rng = CaptionWriter(LABELS), np.random.default_rng(3)
    known = {word.strip(",") for line in writer.lines() for word in line.split()}
    used = {word for _ in range(DRAWN) for word in writer.write(3, rng).used}
    assert {part for one in used for part in one.split()} <= known
    assert {"sound", "of", "distant", "twice"} <= known


def test_further_words_belong_to_words_of_the_rules_and_repeat_none() -> None:
    plain = {word.strip() for _, words, _ in RULES for word in words.split(",")}
    assert FURTHER_WORDS.keys() <= plain
    further = [word for words in FURTHER_WORDS.values() for word in words.split(", ")]
    assert len(set(further)) == len(further)
    assert not set(further) & plain
    assert all(further)


def test_free_texts_hold_other_words_beside_known_phrases_or_alone() -> None:
    writer, rng = CaptionWriter(LABELS), np.random.default_rng(3)
    texts = [writer.write_freely(["sofa", "lamp"], rng) for _ in range(DRAWN)]
    assert all("sofa" in text or "lamp" in text for text in texts)
    alone = [text for text in texts if set(text.split()) <= {"sofa", "lamp"}]
    assert 0.1 < len(alone) / DRAWN < 0.3
    assert any("quack" in text for text in texts)
    assert any("laser" in text for text in texts)


def test_what_people_wrote_for_a_sound_is_among_its_captions() -> None:
    writer, rng = CaptionWriter(LABELS, [["A dog barks, twice."]]), np.random.default_rng(0)
    captions = [writer.write(0, rng) for _ in range(DRAWN)]
    share = np.mean([caption.text == "a dog barks twice" for caption in captions])
    assert 0.5 < share < 0.7
    assert "a dog barks twice" in writer.lines()
    quoted = next(caption for caption in captions if caption.text == "a dog barks twice")
    assert writer.fits(quoted, 0) and not writer.fits(quoted, 1)
