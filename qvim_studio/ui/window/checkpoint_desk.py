"""What makes the sounds, wherever the window names it, asks for it or follows it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from qvim_studio.core.checkpoint_choice import CheckpointChoice
from qvim_studio.jobs.checkpoint_shelf import Shelf
from qvim_studio.session.controller import StudioController
from qvim_studio.session.services import Services
from qvim_studio.ui.candidates.clip_panels import CandidatesPanel
from qvim_studio.ui.checkpoints.checkpoint_dialog import CheckpointDialog
from qvim_studio.ui.request.compare_desk import CompareDesk
from qvim_studio.ui.request.request_panel import RequestPanel
from qvim_studio.ui.request.upscale_desk import UpscaleDesk
from qvim_studio.ui.takes.imitation_panel import ImitationPanel
from qvim_studio.ui.takes.melody_desk import MelodyDesk
from qvim_studio.ui.widgets.theme import StudioTheme
from qvim_studio.ui.window.header import Header
from qvim_studio.ui.window.memory_label import MemoryLabel
from qvim_studio.ui.window.message_bar import MessageBar


class CheckpointDesk(QObject):
    """Knows the panels that show a checkpoint. upscales, compares, melody: its parts.

    Signal: failed (StudioError).
    """

    failed = Signal(object)

    def __init__(
        self,
        window: QWidget,
        theme: StudioTheme,
        panels: tuple[Header, ImitationPanel, RequestPanel, CandidatesPanel],
        messages: MessageBar,
        memory: MemoryLabel,
        controller: StudioController,
        services: Services,
    ) -> None:
        super().__init__(window)
        self._window, self._theme, self._memory = window, theme, memory
        self._services = services
        self._choices: tuple[CheckpointChoice, ...] = ()
        self._header, imitation, self._request, candidates = panels
        highs = self._request.details.highs
        self.upscales = UpscaleDesk(highs, candidates.view, messages, controller, self)
        self.compares = CompareDesk(self._request, messages, controller, window)
        self.melody = MelodyDesk(imitation.melody, controller, services.tasks, self)
        self.upscales.checkpoints_wanted.connect(self.open)
        self._header.checkpoint_clicked.connect(self.open)
        services.shelf.changed.connect(self._on_shelf_changed)
        self._header.show_checkpoint(None, services.store.settings.checkpoint)

    @property
    def choices(self) -> tuple[CheckpointChoice, ...]:
        """All that make sounds, as far as they were looked for."""
        return self._choices

    def look(self) -> None:
        """Look for what there is, in the background."""
        services = self._services
        services.tasks.run(services.list_checkpoints, self._on_listed, self.failed.emit)

    def show_used(self) -> None:
        """Follow the settings."""
        wanted = self._services.store.settings.checkpoint
        choice = next((c for c in self._choices if c.id == wanted), None)
        self._header.show_checkpoint(choice, wanted)
        if choice is not None:
            self._request.show_checkpoint(choice)
            self.melody.show_checkpoint(choice)

    @Slot()
    def open(self) -> CheckpointDialog:
        """Choose, download, add and remove what makes the sounds."""
        used = self._services.store.settings.checkpoint
        shelf, memory = self._services.shelf, self._memory.memory
        dialog = CheckpointDialog(self._theme, shelf, used, memory, self._window)
        dialog.chosen.connect(self._on_chosen)
        dialog.open()
        return dialog

    @Slot(object)
    def _on_chosen(self, id: str) -> None:
        store = self._services.store
        store.change(store.settings.with_changes(checkpoint=id))

    @Slot(object)
    def _on_shelf_changed(self, shelf: Shelf) -> None:
        self._on_listed(shelf.choices)

    def _on_listed(self, choices: tuple[CheckpointChoice, ...]) -> None:
        self._choices = tuple(each for each in choices if not each.is_upscaler)
        self.compares.show_checkpoints(self._choices)
        self.upscales.show_upscalers(tuple(each for each in choices if each.is_upscaler))
        self.show_used()
