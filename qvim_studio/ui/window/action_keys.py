"""The keys that cannot be changed, and the report of keys shared by two actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QKeySequence

from qvim_studio.core.sound_words import MAX_WORDS
from qvim_studio.ui.window.action_table import Where, all_specs, translated

if TYPE_CHECKING:  # its stub says "object"

    def QT_TRANSLATE_NOOP(context: str, text: str) -> str: ...
else:
    from PySide6.QtCore import QT_TRANSLATE_NOOP


@dataclass(frozen=True)
class FixedKeys:
    """Keys that cannot be changed, as text and one by one, with their action."""

    shown: str
    keys: tuple[str, ...]
    text: str
    where: Where = Where.WINDOW


FIXED_KEYS = (
    FixedKeys(
        QT_TRANSLATE_NOOP("Actions", "1 to 9"),
        tuple(str(number) for number in range(1, 10)),
        QT_TRANSLATE_NOOP("Actions", "Play a candidate"),
    ),
    FixedKeys(
        QT_TRANSLATE_NOOP("Actions", "Alt+1 to Alt+5"),
        tuple(f"Alt+{number}" for number in range(1, MAX_WORDS + 1)),
        QT_TRANSLATE_NOOP("Actions", "Add a heard word to the text, or remove it"),
    ),
    FixedKeys(
        QT_TRANSLATE_NOOP("Actions", "Left and Right"),
        ("Left", "Right"),
        QT_TRANSLATE_NOOP("Actions", "Move the cursor of a waveform"),
        Where.WAVE,
    ),
    FixedKeys(
        QT_TRANSLATE_NOOP("Actions", "Shift+Left and Right"),
        ("Shift+Left", "Shift+Right"),
        QT_TRANSLATE_NOOP("Actions", "Select from the cursor"),
        Where.WAVE,
    ),
    FixedKeys(
        QT_TRANSLATE_NOOP("Actions", "Home and End"),
        ("Home", "End", "Shift+Home", "Shift+End"),
        QT_TRANSLATE_NOOP("Actions", "Go to the beginning or the end; with Shift, select"),
        Where.WAVE,
    ),
)


def clashes(changed: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Keys that two actions share at one place, with the texts of both; neither action would run.

    changed: key sequences by action id, for actions whose default the user replaced.
    """
    uses = [
        (QKeySequence(keys).toString(), spec.where, spec.text)
        for spec in all_specs()
        for keys in spec.sequences(changed)
    ]
    uses += [
        (QKeySequence(keys).toString(), fixed.where, fixed.text)
        for fixed in FIXED_KEYS
        for keys in fixed.keys
    ]
    return {
        keys: (translated(text), translated(other_text))
        for (keys, where, text), (other_keys, other_where, other_text) in combinations(uses, 2)
        if keys == other_keys and (where is other_where or Where.WINDOW in (where, other_where))
    }


def clash_lines(changed: Mapping[str, str]) -> list[str]:
    """The clashes in words, sorted by keys."""
    words = QCoreApplication.translate("Actions", "{0} is assigned to both “{1}” and “{2}”.")
    return [words.format(keys, *texts) for keys, texts in sorted(clashes(changed).items())]
