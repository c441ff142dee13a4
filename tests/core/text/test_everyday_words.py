"""Everyday words are of classes that the tagger has and of kinds that the library has."""

from __future__ import annotations

import csv

from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.text.everyday_words import (
    CLASSES_OF_WORD,
    KIND_OF_WORD,
    WORD_OF_CLASS,
    kind_of,
)
from qvim_studio.training.corpus.labels import KINDS


def test_words_are_of_classes_that_the_tagger_has_and_of_kinds_that_the_library_has() -> None:
    with resource_path("tagger", "classes.csv").open(newline="", encoding="utf-8") as file:
        names = {row["display_name"] for row in csv.DictReader(file)}
    classes = [name for some in CLASSES_OF_WORD.values() for name in some]
    assert set(classes) <= names
    assert len(set(classes)) == len(classes)
    assert {kind_of(word) for word in CLASSES_OF_WORD} <= set(KINDS)
    assert KIND_OF_WORD.keys() <= CLASSES_OF_WORD.keys()


def test_a_word_means_its_kind_and_every_other_one_itself() -> None:
    assert (kind_of("jet"), kind_of("dog"), kind_of("unheard of")) == (
        "airplane",
        "dog",
        "unheard of",
    )


def test_every_class_leads_back_to_its_word() -> None:
    assert WORD_OF_CLASS["Purr"] == "cat"
    assert all(name in CLASSES_OF_WORD[word] for name, word in WORD_OF_CLASS.items())
