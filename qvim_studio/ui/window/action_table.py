"""All actions in one table, the source of menus, context menus, the keyboard map, the shortcuts
dialog and the keys in tooltips."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:  # its stub says "object"

    def QT_TRANSLATE_NOOP(context: str, text: str) -> str: ...
else:
    from PySide6.QtCore import QT_TRANSLATE_NOOP

CONTEXT = "Actions"


class Where(Enum):
    """The place where the keys of an action work."""

    WINDOW = "window"  # everywhere except in fields that accept the keys as text
    LIST = "list"  # in a list of sounds that has the focus
    WAVE = "wave"  # in a waveform that has the focus


@dataclass(frozen=True)
class ActionSpec:
    """One action of the user.

    id: in settings and code. text: in the menu, "" for a separator. keys: the default; also:
    further keys as long as the default is not changed. needs: the name of a rule of the window, ""
    for none; while the rule does not hold, menus disable the action and its keys show a message.
    """

    id: str
    text: str
    keys: str = ""
    where: Where = Where.WINDOW
    needs: str = ""
    also: tuple[str, ...] = ()

    def sequences(self, changed: Mapping[str, str]) -> list[str]:
        """The valid keys, the main one first. changed: the user's key sequences, by id."""
        keys = changed.get(self.id, self.keys)
        return [keys, *(self.also if keys == self.keys else ())] if keys else []


def _of_sound(id: str, text: str, keys: str = "", also: tuple[str, ...] = ()) -> ActionSpec:
    """An action on the selected sounds of a list, if the list offers it."""
    return ActionSpec(id, text, keys, Where.LIST, id, also)


_SEPARATOR = ActionSpec("", "")
MENUS: tuple[tuple[str, tuple[ActionSpec, ...]], ...] = (
    (
        QT_TRANSLATE_NOOP("Actions", "&File"),
        (
            ActionSpec("open", QT_TRANSLATE_NOOP("Actions", "Open an imitation…"), "Ctrl+O"),
            ActionSpec("paste", QT_TRANSLATE_NOOP("Actions", "Paste an audio file"), "Ctrl+V"),
            ActionSpec("pack", QT_TRANSLATE_NOOP("Actions", "Export sample pack…"), "Ctrl+Shift+E"),
            ActionSpec("output_folder", QT_TRANSLATE_NOOP("Actions", "Open the output folder")),
            _SEPARATOR,
            ActionSpec("checkpoints", QT_TRANSLATE_NOOP("Actions", "Checkpoints…"), "Ctrl+K"),
            ActionSpec("free_memory", QT_TRANSLATE_NOOP("Actions", "Free the generator's memory")),
            ActionSpec("settings", QT_TRANSLATE_NOOP("Actions", "Settings…"), "Ctrl+,"),
            ActionSpec("quit", QT_TRANSLATE_NOOP("Actions", "Quit"), "Ctrl+Q"),
        ),
    ),
    (
        QT_TRANSLATE_NOOP("Actions", "&Edit"),
        (
            ActionSpec("undo", QT_TRANSLATE_NOOP("Actions", "Undo"), "Ctrl+Z", needs="undo"),
            ActionSpec("redo", QT_TRANSLATE_NOOP("Actions", "Redo"), "Ctrl+Shift+Z", needs="redo"),
            _SEPARATOR,
            ActionSpec("find", QT_TRANSLATE_NOOP("Actions", "Search the history"), "Ctrl+F"),
        ),
    ),
    (
        QT_TRANSLATE_NOOP("Actions", "&Take"),
        (
            ActionSpec("record", QT_TRANSLATE_NOOP("Actions", "Record or stop"), "R"),
            ActionSpec("listen", QT_TRANSLATE_NOOP("Actions", "Keep the microphone open"), "M"),
            ActionSpec("hands_free", QT_TRANSLATE_NOOP("Actions", "Hands-free"), "H"),
            ActionSpec("recording_options", QT_TRANSLATE_NOOP("Actions", "Recording options…")),
            _SEPARATOR,
            ActionSpec(
                "previous_take",
                QT_TRANSLATE_NOOP("Actions", "Previous take"),
                "PgUp",
                needs="earlier_take",
            ),
            ActionSpec(
                "next_take", QT_TRANSLATE_NOOP("Actions", "Next take"), "PgDown", needs="later_take"
            ),
            _SEPARATOR,
            ActionSpec(
                "use_selection",
                QT_TRANSLATE_NOOP("Actions", "Use the selection"),
                "U",
                needs="take",
            ),
            ActionSpec(
                "begin_here",
                QT_TRANSLATE_NOOP("Actions", "Begin the part at the cursor"),
                "[",
                needs="take",
            ),
            ActionSpec(
                "end_here",
                QT_TRANSLATE_NOOP("Actions", "End the part at the cursor"),
                "]",
                needs="take",
            ),
            ActionSpec(
                "trim", QT_TRANSLATE_NOOP("Actions", "Trim the silence"), "Shift+U", needs="take"
            ),
            ActionSpec(
                "use_all",
                QT_TRANSLATE_NOOP("Actions", "Use the whole take"),
                "Ctrl+U",
                needs="take",
            ),
        ),
    ),
    (
        QT_TRANSLATE_NOOP("Actions", "&Listen"),
        (
            ActionSpec("play", QT_TRANSLATE_NOOP("Actions", "Play or stop"), "Space"),
            ActionSpec(
                "play_newest",
                QT_TRANSLATE_NOOP("Actions", "Play the newest sound"),
                "N",
                needs="candidates",
            ),
            ActionSpec("loop", QT_TRANSLATE_NOOP("Actions", "Loop"), "L"),
            _SEPARATOR,
            ActionSpec("switch", QT_TRANSLATE_NOOP("Actions", "Switch between A and B"), "X"),
            ActionSpec(
                "reference",
                QT_TRANSLATE_NOOP("Actions", "Switch to the imitation"),
                "0",
                needs="take",
            ),
            ActionSpec("match", QT_TRANSLATE_NOOP("Actions", "Matched loudness"), "="),
            ActionSpec(
                "blind", QT_TRANSLATE_NOOP("Actions", "Compare blind"), "B", needs="candidates"
            ),
        ),
    ),
    (
        QT_TRANSLATE_NOOP("Actions", "&Sound"),
        (
            _of_sound(
                "play_sound",
                QT_TRANSLATE_NOOP("Actions", "Play or stop the sound"),
                "Return",
                ("Enter",),
            ),
            _of_sound("reveal", QT_TRANSLATE_NOOP("Actions", "Show in folder")),
            _of_sound("copy_file", QT_TRANSLATE_NOOP("Actions", "Copy file"), "Ctrl+C"),
            _of_sound("copy_path", QT_TRANSLATE_NOOP("Actions", "Copy path")),
            _SEPARATOR,
            ActionSpec("star", QT_TRANSLATE_NOOP("Actions", "Star"), "S", needs="star"),
            ActionSpec("rename", QT_TRANSLATE_NOOP("Actions", "Rename"), "F2", needs="rename"),
            ActionSpec("tag", QT_TRANSLATE_NOOP("Actions", "Tag"), "T", needs="tag"),
            _SEPARATOR,
            _of_sound("recipe", QT_TRANSLATE_NOOP("Actions", "Use this recipe")),
            _of_sound("similar", QT_TRANSLATE_NOOP("Actions", "Find similar sounds")),
            _SEPARATOR,
            ActionSpec(
                "start_from",
                QT_TRANSLATE_NOOP("Actions", "Start from this sound"),
                "F",
                needs="start_from",
            ),
            ActionSpec(
                "sound_like",
                QT_TRANSLATE_NOOP("Actions", "Sound like this"),
                "Y",
                needs="sound_like",
            ),
            _of_sound("morph", QT_TRANSLATE_NOOP("Actions", "Mix two sounds"), "E"),
            _of_sound(
                "morph_over_time",
                QT_TRANSLATE_NOOP("Actions", "Turn one sound into another"),
                "Shift+E",
            ),
            _SEPARATOR,
            ActionSpec(
                "upscale",
                QT_TRANSLATE_NOOP("Actions", "Upscale to 48 kHz"),
                "Shift+H",
                needs="candidate",
            ),
            _SEPARATOR,
            _of_sound("restore", QT_TRANSLATE_NOOP("Actions", "Restore from the trash")),
            _of_sound(
                "trash", QT_TRANSLATE_NOOP("Actions", "Move to the trash"), "Del", ("Backspace",)
            ),
        ),
    ),
    (
        QT_TRANSLATE_NOOP("Actions", "&View"),
        (
            ActionSpec("spectrogram", QT_TRANSLATE_NOOP("Actions", "Spectrogram"), "V"),
            ActionSpec("curves", QT_TRANSLATE_NOOP("Actions", "Curves"), "C"),
            _SEPARATOR,
            ActionSpec("zoom_in", QT_TRANSLATE_NOOP("Actions", "Zoom in"), "Ctrl+=", needs="take"),
            ActionSpec(
                "zoom_out", QT_TRANSLATE_NOOP("Actions", "Zoom out"), "Ctrl+-", needs="take"
            ),
            ActionSpec(
                "zoom_all", QT_TRANSLATE_NOOP("Actions", "Show everything"), "Ctrl+0", needs="take"
            ),
            ActionSpec(
                "zoom_selection",
                QT_TRANSLATE_NOOP("Actions", "Show the selection"),
                "Ctrl+E",
                needs="selection",
            ),
        ),
    ),
    (
        QT_TRANSLATE_NOOP("Actions", "&Generate"),
        (
            ActionSpec("generate", QT_TRANSLATE_NOOP("Actions", "Generate"), "G"),
            ActionSpec(
                "generate_next",
                QT_TRANSLATE_NOOP("Actions", "Generate ahead of the queue"),
                "Shift+G",
            ),
            ActionSpec(
                "kit", QT_TRANSLATE_NOOP("Actions", "Make a kit from the take"), "K", needs="take"
            ),
            ActionSpec("compare", QT_TRANSLATE_NOOP("Actions", "Compare checkpoints…"), "Shift+K"),
            ActionSpec("cancel", QT_TRANSLATE_NOOP("Actions", "Stop the current task"), "Escape"),
            ActionSpec(
                "cancel_all",
                QT_TRANSLATE_NOOP("Actions", "Cancel all"),
                "Shift+Escape",
                needs="jobs",
            ),
            ActionSpec(
                "more_like_this",
                QT_TRANSLATE_NOOP("Actions", "Make more like this one"),
                "J",
                needs="candidate",
            ),
            _SEPARATOR,
            ActionSpec(
                "redo_part",
                QT_TRANSLATE_NOOP("Actions", "Regenerate the selected part"),
                "I",
                needs="part",
            ),
            ActionSpec(
                "another_part",
                QT_TRANSLATE_NOOP("Actions", "Select another part besides"),
                "A",
                needs="part",
            ),
            ActionSpec(
                "clear_parts",
                QT_TRANSLATE_NOOP("Actions", "Select nothing"),
                "Shift+A",
                needs="part",
            ),
            ActionSpec(
                "redo_part_by_voice",
                QT_TRANSLATE_NOOP("Actions", "Regenerate the selected part from the imitation"),
                "Ctrl+I",
                needs="part_and_take",
            ),
            ActionSpec(
                "highs",
                QT_TRANSLATE_NOOP("Actions", "Make the missing highs"),
                "O",
                needs="viewed",
            ),
            ActionSpec(
                "go_on",
                QT_TRANSLATE_NOOP("Actions", "Continue this sound"),
                "Shift+I",
                needs="viewed",
            ),
            ActionSpec(
                "go_on_by_voice",
                QT_TRANSLATE_NOOP("Actions", "Continue this sound from the imitation"),
                "Ctrl+Shift+I",
                needs="viewed_and_take",
            ),
            _SEPARATOR,
            ActionSpec("sketch", QT_TRANSLATE_NOOP("Actions", "Sketch"), "F5"),
            ActionSpec("standard", QT_TRANSLATE_NOOP("Actions", "Standard"), "F6"),
            ActionSpec("fine", QT_TRANSLATE_NOOP("Actions", "Fine"), "F7"),
            ActionSpec("live_sketch", QT_TRANSLATE_NOOP("Actions", "Live sketch"), "P"),
            ActionSpec("play_sketch", QT_TRANSLATE_NOOP("Actions", "Play the sketch"), "Shift+P"),
            ActionSpec("details", QT_TRANSLATE_NOOP("Actions", "More settings"), "D"),
            _SEPARATOR,
            ActionSpec("words", QT_TRANSLATE_NOOP("Actions", "Type words"), "W"),
        ),
    ),
    (
        QT_TRANSLATE_NOOP("Actions", "&Help"),
        (
            ActionSpec("guide", QT_TRANSLATE_NOOP("Actions", "Guide…"), "Shift+F1"),
            ActionSpec("shortcuts", QT_TRANSLATE_NOOP("Actions", "Keyboard shortcuts…"), "F1"),
            ActionSpec("diagnostics", QT_TRANSLATE_NOOP("Actions", "Copy diagnostics")),
            ActionSpec("about", QT_TRANSLATE_NOOP("Actions", "About QVIM Studio")),
        ),
    ),
)


# The context menus, by id; "" stands for a separator.
SOUND_MENU = (
    "play_sound", "reveal", "", "copy_file", "copy_path", "", "star", "rename", "tag", "",
    "recipe", "similar", "", "start_from", "sound_like", "morph", "morph_over_time",
    "more_like_this", "go_on", "upscale", "pack", "",
    "restore", "trash",
)  # fmt: skip
TAKE_MENU = (
    "loop", "", "use_selection", "begin_here", "end_here", "trim", "use_all", "",
    "zoom_in", "zoom_out", "zoom_all", "zoom_selection", "", "spectrogram", "curves",
)  # fmt: skip
RESULT_MENU = (
    "loop", "", "another_part", "clear_parts", "redo_part", "redo_part_by_voice", "highs", "",
    "go_on", "go_on_by_voice", "more_like_this", "upscale", "",
    "zoom_in", "zoom_out", "zoom_all", "", "spectrogram", "curves",
)  # fmt: skip


SOUND_ACTIONS = (
    "play_sound", "reveal", "copy_file", "copy_path", "star", "rename", "tag", "recipe", "similar",
    "start_from", "sound_like", "morph", "morph_over_time", "restore", "trash",
)  # fmt: skip


def all_specs() -> Iterator[ActionSpec]:
    """Every action, in the order of the menus."""
    for _, specs in MENUS:
        yield from (spec for spec in specs if spec.id)


@cache
def spec_of(action_id: str) -> ActionSpec:
    """The action with this id. Raises StopIteration for an unknown id, which is a bug."""
    return next(spec for spec in all_specs() if spec.id == action_id)


def translated(text: str) -> str:
    return QCoreApplication.translate(CONTEXT, text)
