"""What every menu entry and key of the window does."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit

from qvim_studio.core.settings import Settings
from qvim_studio.jobs.recording import RecordingState
from qvim_studio.ui.actions import StudioActions
from qvim_studio.ui.clip_list_view import ClipListView
from qvim_studio.ui.dropping import local_file
from qvim_studio.ui.quality_bar import Quality
from qvim_studio.ui.services import Services

if TYPE_CHECKING:
    from qvim_studio.ui.main_window import MainWindow


class WindowKeys(QObject):
    """The keyboard map of one window. actions: for its menus."""

    def __init__(self, window: MainWindow, services: Services) -> None:
        super().__init__(window)
        self._window = window
        self._services = services
        self.actions = StudioActions(window, self._handlers())
        self._on_settings_changed(services.store.settings)
        services.store.changed.connect(self._on_settings_changed)
        undo_stack = window.controller.history.undo_stack
        undo_stack.undoTextChanged.connect(self._show_undo)
        undo_stack.redoTextChanged.connect(self._show_redo)
        self._show_undo()
        self._show_redo()
        for number in range(1, 10):
            shortcut = QShortcut(QKeySequence(str(number)), window)
            shortcut.setProperty("number", number)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(self._on_number)

    def _handlers(self) -> dict[str, Callable[[], object]]:
        window = self._window
        panel, desk, controller = window.imitation, window.desk, window.controller
        return {
            "open": window.choose_file,
            "paste": self._paste,
            "pack": window.packs.open_pack,
            "output_folder": window.open_output_folder,
            "checkpoints": window.open_checkpoints,
            "free_memory": window.free_memory,
            "settings": window.open_settings,
            "quit": window.close,
            "undo": controller.history.undo_stack.undo,
            "redo": controller.history.undo_stack.redo,
            "find": window.library.show_history,
            "record": desk.record,
            "listen": panel.bar.listening.click,
            "hands_free": panel.bar.hands_free.click,
            "recording_options": self._show_recording_options,
            "previous_take": controller.takes.open_previous,
            "next_take": controller.takes.open_next,
            "use_selection": desk.use_selection,
            "trim": desk.trim,
            "use_all": desk.use_all,
            "play": self._play,
            "play_newest": window.request_desk.play_newest,
            "loop": panel.take_head.loop.click,
            "switch": window.request_desk.switch,
            "reference": desk.switch_to_imitation,
            "match": window.candidates.match.click,
            "blind": window.candidates.blind.click,
            "more_like_this": window.request_desk.more_like_chosen,
            "redo_part": window.edits.redo_part,
            "redo_part_by_voice": window.edits.redo_part_by_voice,
            "go_on": window.edits.go_on,
            "go_on_by_voice": window.edits.go_on_by_voice,
            "spectrogram": panel.take_head.spectrogram.click,
            "curves": panel.take_head.curves.click,
            "zoom_in": desk.zoom_in,
            "zoom_out": desk.zoom_out,
            "zoom_all": panel.axis.show_all,
            "zoom_selection": desk.zoom_to_selection,
            "generate": window.request_desk.generate,
            "generate_next": window.request_desk.generate_next,
            "kit": self._make_kit,
            "cancel_all": self._services.queue.cancel_all,
            "sketch": partial(window.request.choose_quality, Quality.SKETCH),
            "standard": partial(window.request.choose_quality, Quality.STANDARD),
            "fine": partial(window.request.choose_quality, Quality.FINE),
            "live_sketch": window.candidates.sketch.click,
            "play_sketch": window.sketch_desk.play,
            "details": window.request.more.click,
            "cancel": self._stop_what_goes_on,
            "words": window.request.text.setFocus,
            "shortcuts": window.help.open_shortcuts,
            "diagnostics": window.help.copy_diagnostics,
            "about": window.help.open_about,
        }

    @Slot(object)
    def _on_settings_changed(self, settings: Settings) -> None:
        self.actions.set_shortcuts(settings.shortcuts)

    @Slot(str)
    def _show_undo(self, change: str = "") -> None:
        """What the menu entry would undo now."""
        self.actions["undo"].setText(f"{self.tr('Undo')} {change}".rstrip())
        self.actions["undo"].setEnabled(bool(change))

    @Slot(str)
    def _show_redo(self, change: str = "") -> None:
        self.actions["redo"].setText(f"{self.tr('Redo')} {change}".rstrip())
        self.actions["redo"].setEnabled(bool(change))

    def _play(self) -> None:
        """Space presses the button that has the focus; elsewhere it plays or stops."""
        focused = QApplication.focusWidget()
        playback = self._services.playback
        if isinstance(focused, QAbstractButton):
            focused.click()
        elif playback.heard.key:
            playback.stop()
        elif isinstance(focused, ClipListView) and focused.selected_entries():
            self._window.controller.toggle_clip(focused.selected_entries()[0])
        else:
            self._window.desk.play_imitation()

    def _show_recording_options(self) -> None:
        self._window.column.show_panel(self._window.imitation.bar)
        self._window.imitation.bar.show_options()

    def _make_kit(self) -> None:
        self._window.messages.clear()
        self._window.controller.make_kit(self._window.request.wishes())

    def _stop_what_goes_on(self) -> None:
        """Esc ends the nearest thing that goes on: a take, a generation, playing, typing."""
        recording, playback = self._services.recording, self._services.playback
        if recording.state is RecordingState.READY:
            recording.close()
        elif recording.state is not RecordingState.IDLE:
            recording.stop()
        elif self._services.queue.running is not None:
            self._window.controller.cancel()
        elif playback.heard.key:
            playback.stop()
        else:
            self._window.rest()
        focused = QApplication.focusWidget()
        if isinstance(focused, QLineEdit):
            focused.clearFocus()  # the next keys are shortcuts again, and no words

    def _paste(self) -> None:
        """An audio file that was copied in a file manager or a DAW becomes the imitation."""
        path = local_file(QGuiApplication.clipboard().mimeData())
        if path is not None:
            self._window.open_imitation(path)
        else:
            self._window.messages.show_notice(
                self.tr("Nothing to paste: copy an audio file in a file manager or a DAW first.")
            )

    @Slot()
    def _on_number(self) -> None:
        number = self.sender().property("number")
        candidates = self._window.candidates.shown
        if number <= len(candidates):
            candidate = candidates[number - 1]
            self._window.candidates.view.select_entry(candidate)
            self._window.controller.toggle_clip(candidate)
