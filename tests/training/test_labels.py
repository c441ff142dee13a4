"""Labels of game sound sets become classes and words."""

from __future__ import annotations

import pytest

from qvim_studio.training.labels import (
    CLASSES,
    MOUTH_CLASSES,
    RULES,
    VOICE_CLASSES,
    sound_class,
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
