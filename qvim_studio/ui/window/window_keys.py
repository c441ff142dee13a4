"""Connects every menu entry and key of the window with its function."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QMenu, QMenuBar, QWidget

from qvim_studio.core.program.settings import Settings
from qvim_studio.jobs.recording import RecordingState
from qvim_studio.session.services import Services
from qvim_studio.ui.request.quality_bar import Quality
from qvim_studio.ui.sounds.clip_list_view import ClipListView
from qvim_studio.ui.waves.waveform_view import WaveformView
from qvim_studio.ui.window.action_keys import clash_lines
from qvim_studio.ui.window.action_table import SOUND_ACTIONS
from qvim_studio.ui.window.actions import StudioActions

if TYPE_CHECKING:
    from qvim_studio.ui.window.main_window import MainWindow


class WindowKeys(QObject):
    """The keyboard map of one window. actions: for its menus."""

    def __init__(self, window: MainWindow, services: Services) -> None:
        super().__init__(window)
        self._window = window
        self._services = services
        self.actions = StudioActions(window, self._handlers())
        self._views = (window.candidates.view, window.history.view, window.library.sounds.view)
        self._last_view: ClipListView = window.candidates.view
        self._on_settings_changed(services.store.settings)
        services.store.changed.connect(self._on_settings_changed)
        undo_stack = window.controller.history.undo_stack
        undo_stack.undoTextChanged.connect(self._show_undo)
        undo_stack.redoTextChanged.connect(self._show_redo)
        self._show_undo()
        self._show_redo()
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus_changed)
        self._name_keys()
        for number in range(1, 10):
            shortcut = QShortcut(QKeySequence(str(number)), window)
            shortcut.setProperty("number", number)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(self._on_number)

    def make_menu(self, action_ids: tuple[str, ...]) -> QMenu:
        """A context menu of these actions, "" for a separator."""
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.actions.fill_menu(menu, action_ids, self._is_possible)
        return menu

    def fill(self, bar: QMenuBar) -> None:
        """Fill the menu bar with the menus of the window."""
        self.actions.fill(bar, self._is_possible)

    def clash_notice(self) -> str:
        """The advice on keys shared by two actions; "" without a clash."""
        lines = clash_lines(self._services.store.settings.shortcuts)
        hint = self.tr("Choose other keys in Help, Keyboard shortcuts.")
        return " ".join([*lines, hint]) if lines else ""

    def _name_keys(self) -> None:
        """Add the keys of actions to the tooltips of buttons with the same effect."""
        window, named = self._window, self.actions.name_keys
        bar, head, candidates = window.imitation.bar, window.imitation.take_head, window.candidates
        for button, action_id in (
            (bar.record_button, "record"), (bar.open_button, "open"), (bar.play_button, "play"),
            (bar.listening, "listen"), (bar.hands_free, "hands_free"),
            (bar.options_button, "recording_options"), (head.previous, "previous_take"),
            (head.next, "next_take"), (head.spectrogram, "spectrogram"), (head.curves, "curves"),
            (head.loop, "loop"), (head.fit, "zoom_all"), (candidates.sketch, "live_sketch"),
            (candidates.match, "match"), (candidates.blind, "blind"),
            (candidates.sketch_strip.play, "play_sketch"),
            (window.request.generate_button, "generate"),
            (window.request.cancel_button, "cancel"), (window.request.more, "details"),
            (window.header.settings, "settings"), (window.header.checkpoint, "checkpoints"),
        ):  # fmt: skip
            named(button, action_id)
        for quality in Quality:
            named(window.request.quality.button(quality), quality.value)

    def _is_possible(self, rule: str) -> bool:
        """Whether a rule of the action table ("needs") holds."""
        window, controller, queue = self._window, self._window.controller, self._services.queue
        has_take, viewed = controller.imitation is not None, controller.viewer.entry is not None
        has_part = viewed and bool(window.imitation.result.parts)
        undo_stack = controller.history.undo_stack
        rules = {
            "take": has_take,
            "earlier_take": controller.takes.takes.has_previous,
            "later_take": controller.takes.takes.has_next,
            "selection": has_take and window.imitation.wave.selection is not None,
            "candidates": bool(window.candidates.shown),
            "candidate": viewed or bool(window.candidates.view.selected_entries()),
            "viewed": viewed,
            "viewed_and_take": viewed and has_take,
            "part": has_part,
            "part_and_take": has_part and has_take,
            "jobs": queue.running is not None,
            "undo": undo_stack.canUndo(),
            "redo": undo_stack.canRedo(),
        }
        return rules[rule] if rule in rules else rule in self._view().offers()

    def _view(self) -> ClipListView:
        """The list that has, or had before a menu opened, the keyboard; else the candidates."""
        focused = QApplication.focusWidget()
        if focused in self._views or isinstance(focused, QMenuBar):
            return self._last_view
        return self._window.candidates.view

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, old: QWidget | None, now: QWidget | None) -> None:
        if isinstance(now, ClipListView) and now in self._views:
            self._last_view = now

    def _do_with_sounds(self, action_id: str) -> None:
        """Run an action on the selected sounds of the current list; without a selection, show a
        message."""
        do = self._view().offers().get(action_id)
        if do is not None:
            self._window.messages.clear_notice()
            do()
        elif not self._view().selected_entries():
            self._window.messages.show_notice(
                self.tr("No sound is selected: choose a candidate or a sound from the history.")
            )

    def _handlers(self) -> dict[str, Callable[[], object]]:
        window = self._window
        panel, take_actions, controller = window.imitation, window.take_actions, window.controller
        return {
            "open": window.drops.choose,
            "paste": self._paste,
            "pack": window.packs.open_pack,
            "output_folder": window.open_output_folder,
            "checkpoints": window.checkpoints.open,
            "free_memory": window.settings_actions.free_memory,
            "settings": window.settings_actions.open,
            "quit": window.close,
            "undo": controller.history.undo_stack.undo,
            "redo": controller.history.undo_stack.redo,
            "find": window.library.show_history,
            "record": take_actions.record,
            "listen": panel.bar.listening.click,
            "hands_free": panel.bar.hands_free.click,
            "recording_options": self._show_recording_options,
            "begin_here": take_actions.begin_at_cursor,
            "end_here": take_actions.end_at_cursor,
            "previous_take": controller.takes.open_previous,
            "next_take": controller.takes.open_next,
            "use_selection": take_actions.use_selection,
            "trim": take_actions.trim,
            "use_all": take_actions.use_all,
            "play": self._play,
            "play_newest": window.request_actions.play_newest,
            "loop": panel.take_head.loop.click,
            "switch": window.request_actions.switch,
            "reference": take_actions.switch_to_imitation,
            "match": window.candidates.match.click,
            "blind": window.candidates.blind.click,
            "more_like_this": window.request_actions.more_like_chosen,
            "redo_part": window.edits.redo_part,
            "another_part": window.imitation.result.keep_part,
            "clear_parts": window.imitation.result.clear_parts,
            "redo_part_by_voice": window.edits.redo_part_by_voice,
            "highs": window.edits.make_highs,
            "go_on": window.edits.go_on,
            "go_on_by_voice": window.edits.go_on_by_voice,
            "upscale": window.checkpoints.upscales.upscale_chosen,
            "spectrogram": panel.take_head.spectrogram.click,
            "curves": panel.take_head.curves.click,
            "zoom_in": take_actions.zoom_in,
            "zoom_out": take_actions.zoom_out,
            "zoom_all": panel.axis.show_all,
            "zoom_selection": take_actions.zoom_to_selection,
            "generate": window.request_actions.generate,
            "generate_next": window.request_actions.generate_next,
            "kit": self._make_kit,
            "compare": window.checkpoints.compares.choose,
            "cancel_all": self._services.queue.cancel_all,
            "sketch": partial(window.request.choose_quality, Quality.SKETCH),
            "standard": partial(window.request.choose_quality, Quality.STANDARD),
            "fine": partial(window.request.choose_quality, Quality.FINE),
            "live_sketch": window.candidates.sketch.click,
            "play_sketch": window.live_sketch.play,
            "details": window.request.more.click,
            "cancel": self._stop_what_goes_on,
            "words": window.request.text.setFocus,
            "guide": window.help.open_guide,
            "shortcuts": window.help.open_shortcuts,
            "diagnostics": window.help.copy_diagnostics,
            "about": window.help.open_about,
            **{action_id: partial(self._do_with_sounds, action_id) for action_id in SOUND_ACTIONS},
        }

    @Slot(object)
    def _on_settings_changed(self, settings: Settings) -> None:
        self.actions.set_shortcuts(settings.shortcuts)
        for view in self._views:
            view.set_shortcuts(settings.shortcuts)

    @Slot(str)
    def _show_undo(self, change: str = "") -> None:
        """Name the change that undo would revert."""
        text = self.tr("Undo {0}").format(change) if change else self.tr("Undo")
        self.actions["undo"].setText(text)
        self.actions["undo"].setEnabled(bool(change))

    @Slot(str)
    def _show_redo(self, change: str = "") -> None:
        text = self.tr("Redo {0}").format(change) if change else self.tr("Redo")
        self.actions["redo"].setText(text)
        self.actions["redo"].setEnabled(bool(change))

    def _play(self) -> None:
        """Handle Space: press the button with the focus, or else play or stop."""
        focused = QApplication.focusWidget()
        playback = self._services.playback
        if isinstance(focused, QAbstractButton):
            focused.click()
        elif playback.playing.key:
            playback.stop()
        elif isinstance(focused, ClipListView) and focused.selected_entries():
            self._window.controller.toggle_clip(focused.selected_entries()[0])
        elif isinstance(focused, WaveformView) and focused.cursor_s and not focused.selection:
            focused.seek_requested.emit(focused.cursor_s)
        else:
            self._window.take_actions.play_imitation()

    def _show_recording_options(self) -> None:
        self._window.column.show_panel(self._window.imitation.bar)
        self._window.imitation.bar.show_options()

    def _make_kit(self) -> None:
        self._window.messages.clear()
        self._window.controller.make_kit(self._window.request.draft())

    def _stop_what_goes_on(self) -> None:
        """Handle Esc: stop the nearest activity among recording, generation, playback, typing."""
        recording, playback = self._services.recording, self._services.playback
        if recording.state is RecordingState.READY:
            recording.close()
        elif recording.state is not RecordingState.IDLE:
            recording.stop()
        elif self._services.queue.running is not None:
            self._window.controller.cancel()
        elif playback.playing.key:
            playback.stop()
        else:
            self._window.rest()
        focused = QApplication.focusWidget()
        if isinstance(focused, QLineEdit):
            focused.clearFocus()  # the next keys are shortcuts again, not text

    def _paste(self) -> None:
        """Open audio files that were copied in a file manager or a DAW as takes."""
        self._window.drops.open(
            QGuiApplication.clipboard().mimeData(),
            self.tr("Nothing to paste: copy an audio file in a file manager or a DAW first."),
        )

    @Slot()
    def _on_number(self) -> None:
        number = self.sender().property("number")
        candidates = self._window.candidates.shown
        if number <= len(candidates):
            candidate = candidates[number - 1]
            self._window.candidates.view.select_entry(candidate)
            self._window.controller.toggle_clip(candidate)
