"""Labels of game sound sets become classes and words."""

from __future__ import annotations

import pytest

from qvim_studio.training.corpus.everyday import CLASS_OF
from qvim_studio.training.corpus.labels import (
    CLASSES,
    KINDS,
    MOUTH_CLASSES,
    RULES,
    VOICE_CLASSES,
    sound_class,
    sound_kind,
    words,
)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("plmove walk t gravel", "footstep gravel"),
        ("dorcls", "door close"),
        ("shotgn", "gun"),
        ("smash success glass smash success glass", "glass smash"),
        ("smash fail metal smash fail metal", "metal smash"),
        ("std kick", "kick drum"),
        ("hi hat closed", "hi-hat"),
        ("open hat", "hi-hat"),
        ("electronic hi snare", "snare drum"),
        ("bongo rim", "hand drum"),
        ("bd bd switchangel", "kick drum"),
        ("engine start combustion engine start combustion", "engine"),
        ("confirmation", "click"),
        ("hyper rc lift cp magnum xl", "engine"),
        ("environment weather heavyrain", "rain"),
        ("vehicle car alarm car alarm", "siren"),
        ("vinyl rewind", "scratch"),
        ("heavy laser~", "laser"),
        ("xyzzy", "game effect"),
    ],
)
def test_label_names_its_class(label: str, expected: str) -> None:
    assert sound_class(label) == expected


@pytest.mark.parametrize(
    ("label", "source", "expected"),
    [
        ("open", "Kenney (Calinou/kenney-interface-sounds)", "click"),
        ("open", "elsewhere", "door open"),
        ("cr tamb short", "oramics/sampled DM/CR-78", "shaker"),
        ("lm tom hh", "oramics/sampled DM/LM-2", "tom"),
        ("cr cr mot4i", "uzu-drumkit", "cymbal"),
    ],
)
def test_source_decides_where_a_label_is_ambiguous(label: str, source: str, expected: str) -> None:
    assert sound_class(label, source) == expected


@pytest.mark.parametrize(
    ("label", "kind", "wider"),
    [
        ("dog bark", "dog", "animal"),
        ("cow moo", "cow", "animal"),
        ("cicada", "insect", "animal"),
        ("wolf howl", "wolf", "animal"),
        ("baby cry", "baby", "voice"),
        ("person sneeze", "cough", "voice"),
        ("creature cry", "crying", "voice"),
        ("chainsaw", "chainsaw", "engine"),
        ("helicopter", "helicopter", "engine"),
        ("keyboard key press", "key press", "click"),
        ("fire crackling", "fire", "flame"),
        ("sea waves", "sea", "water"),
        ("water drop", "drip", "water"),
        ("door creak", "creak", "door open"),
        ("car door", "door close", "door close"),
        ("steam hiss", "hiss", "hiss"),
        ("paper crumple", "crinkle", "paper"),
        ("cloth ripping", "rip", "rip"),
        ("garbage can hit", "can", "metal smash"),
        ("machine gun burst", "gun", "gun"),
        ("whoosh (sword swing)", "whoosh", "sword swing"),
        ("footstep (snow)", "footstep snow", "footstep gravel"),
    ],
)
def test_everyday_sounds_have_their_own_kind_and_its_class(
    label: str, kind: str, wider: str
) -> None:
    assert (sound_kind(label), sound_class(label)) == (kind, wider)


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("spinning large coin", "coin"),
        ("instrument flute", "flute"),
        ("footstep metal", "footstep metal"),
        ("kicking dumpster", "metal hit"),
        ("digital three tone", "beep"),
        ("sad trombone", "brass"),
        ("draggingmetal", "scrape"),
        ("gun click (author: often own voice)", "click"),
        ("lion roar (source elaine-growl.wav; probably human)", "lion"),
    ],
)
def test_words_within_words_and_remarks_mislead_no_rule(label: str, kind: str) -> None:
    assert sound_kind(label) == kind


def test_every_kind_belongs_to_one_class_and_no_class_is_a_kind_of_another() -> None:
    assert CLASS_OF.keys() <= set(KINDS)
    assert set(CLASS_OF.values()) <= set(CLASSES)
    assert not CLASS_OF.keys() & set(CLASSES)


def test_sounds_of_one_class_keep_their_own_words() -> None:
    assert sound_class("dog") == sound_class("quack duck") == "animal"
    assert "bark" in words("dog")
    assert "bark" not in words("quack duck")


def test_every_rule_has_words() -> None:
    assert all(plain and not plain.endswith(",") for _, plain, _ in RULES)


def test_voice_recordings_point_to_classes_that_exist() -> None:
    assert {name for names in (MOUTH_CLASSES | VOICE_CLASSES).values() for name in names} <= set(
        CLASSES
    )
