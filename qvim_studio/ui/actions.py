"""Everything that can be done, by name: menus and the keyboard map come from one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenuBar, QWidget

if TYPE_CHECKING:  # its stub says "object"

    def QT_TRANSLATE_NOOP(context: str, text: str) -> str: ...
else:
    from PySide6.QtCore import QT_TRANSLATE_NOOP

CONTEXT = "Actions"


@dataclass(frozen=True)
class ActionSpec:
    """id: in settings and code. text: of the menu, "" for a separator. keys: the default."""

    id: str
    text: str
    keys: str = ""


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
            ActionSpec("undo", QT_TRANSLATE_NOOP("Actions", "Undo"), "Ctrl+Z"),
            ActionSpec("redo", QT_TRANSLATE_NOOP("Actions", "Redo"), "Ctrl+Shift+Z"),
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
            ActionSpec("previous_take", QT_TRANSLATE_NOOP("Actions", "Previous take"), "PgUp"),
            ActionSpec("next_take", QT_TRANSLATE_NOOP("Actions", "Next take"), "PgDown"),
            _SEPARATOR,
            ActionSpec("use_selection", QT_TRANSLATE_NOOP("Actions", "Use the selection"), "U"),
            ActionSpec("trim", QT_TRANSLATE_NOOP("Actions", "Trim the silence"), "Shift+U"),
            ActionSpec("use_all", QT_TRANSLATE_NOOP("Actions", "Use the whole take"), "Ctrl+U"),
        ),
    ),
    (
        QT_TRANSLATE_NOOP("Actions", "&Listen"),
        (
            ActionSpec("play", QT_TRANSLATE_NOOP("Actions", "Play or stop"), "Space"),
            ActionSpec("play_newest", QT_TRANSLATE_NOOP("Actions", "Play the newest sound"), "N"),
            ActionSpec("loop", QT_TRANSLATE_NOOP("Actions", "Loop"), "L"),
            _SEPARATOR,
            ActionSpec("switch", QT_TRANSLATE_NOOP("Actions", "Switch between A and B"), "X"),
            ActionSpec("reference", QT_TRANSLATE_NOOP("Actions", "Switch to the imitation"), "0"),
            ActionSpec("match", QT_TRANSLATE_NOOP("Actions", "Matched loudness"), "="),
            ActionSpec("blind", QT_TRANSLATE_NOOP("Actions", "Compare blind"), "B"),
        ),
    ),
    (
        QT_TRANSLATE_NOOP("Actions", "&View"),
        (
            ActionSpec("spectrogram", QT_TRANSLATE_NOOP("Actions", "Spectrogram"), "V"),
            ActionSpec("curves", QT_TRANSLATE_NOOP("Actions", "Curves"), "C"),
            _SEPARATOR,
            ActionSpec("zoom_in", QT_TRANSLATE_NOOP("Actions", "Zoom in"), "Ctrl+="),
            ActionSpec("zoom_out", QT_TRANSLATE_NOOP("Actions", "Zoom out"), "Ctrl+-"),
            ActionSpec("zoom_all", QT_TRANSLATE_NOOP("Actions", "Show everything"), "Ctrl+0"),
            ActionSpec(
                "zoom_selection", QT_TRANSLATE_NOOP("Actions", "Show the selection"), "Ctrl+E"
            ),
        ),
    ),
    (
        QT_TRANSLATE_NOOP("Actions", "&Generate"),
        (
            ActionSpec("generate", QT_TRANSLATE_NOOP("Actions", "Generate"), "G"),
            ActionSpec(
                "generate_next",
                QT_TRANSLATE_NOOP("Actions", "Generate before those that wait"),
                "Shift+G",
            ),
            ActionSpec("kit", QT_TRANSLATE_NOOP("Actions", "Make a kit from the take"), "K"),
            ActionSpec("cancel", QT_TRANSLATE_NOOP("Actions", "Stop what is going on"), "Escape"),
            ActionSpec(
                "cancel_all", QT_TRANSLATE_NOOP("Actions", "Cancel everything"), "Shift+Escape"
            ),
            ActionSpec(
                "more_like_this", QT_TRANSLATE_NOOP("Actions", "Make more like this one"), "J"
            ),
            _SEPARATOR,
            ActionSpec(
                "redo_part", QT_TRANSLATE_NOOP("Actions", "Make the selected part anew"), "I"
            ),
            ActionSpec(
                "redo_part_by_voice",
                QT_TRANSLATE_NOOP("Actions", "Make the selected part from the imitation"),
                "Ctrl+I",
            ),
            ActionSpec("go_on", QT_TRANSLATE_NOOP("Actions", "Continue this sound"), "Shift+I"),
            ActionSpec(
                "go_on_by_voice",
                QT_TRANSLATE_NOOP("Actions", "Continue this sound from the imitation"),
                "Ctrl+Shift+I",
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
            ActionSpec("shortcuts", QT_TRANSLATE_NOOP("Actions", "Keyboard shortcuts…"), "F1"),
            ActionSpec("diagnostics", QT_TRANSLATE_NOOP("Actions", "Copy diagnostics")),
            ActionSpec("about", QT_TRANSLATE_NOOP("Actions", "About QVIM Studio")),
        ),
    ),
)


def all_specs() -> Iterator[ActionSpec]:
    """Every action, in the order of the menus."""
    for _, specs in MENUS:
        yield from (spec for spec in specs if spec.id)


def translated(text: str) -> str:
    return QCoreApplication.translate(CONTEXT, text)


class StudioActions:
    """The actions of one window."""

    def __init__(self, window: QWidget, handlers: Mapping[str, Callable[[], object]]) -> None:
        """handlers: one for every id; a missing one is a bug and raises KeyError."""
        self._actions: dict[str, QAction] = {}
        for spec in all_specs():
            action = QAction(translated(spec.text), window)
            action.setAutoRepeat(False)
            action.triggered.connect(_without_checked(handlers[spec.id]))
            window.addAction(action)
            self._actions[spec.id] = action
        self.set_shortcuts({})

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def set_shortcuts(self, changed: Mapping[str, str]) -> None:
        """changed: key sequences of the actions whose default the user replaced."""
        for spec in all_specs():
            keys = changed.get(spec.id, spec.keys)
            self._actions[spec.id].setShortcut(QKeySequence(keys))

    def fill(self, bar: QMenuBar) -> None:
        """The menus, in order."""
        for title, specs in MENUS:
            menu = bar.addMenu(translated(title))
            for spec in specs:
                if spec.id:
                    menu.addAction(self._actions[spec.id])
                else:
                    menu.addSeparator()


def _without_checked(handler: Callable[[], object]) -> Callable[[bool], None]:
    def on_triggered(checked: bool = False) -> None:
        handler()

    return on_triggered
