"""Connects the checkpoint in use with the panels that name, need or follow it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from qvim_studio.core.checkpoint_entry import CheckpointEntry
from qvim_studio.jobs.checkpoint_manager import CheckpointListing
from qvim_studio.session.controller import StudioController
from qvim_studio.session.services import Services
from qvim_studio.ui.candidates.clip_panels import CandidatesPanel
from qvim_studio.ui.checkpoints.checkpoint_dialog import CheckpointDialog
from qvim_studio.ui.request.compare_actions import CompareActions
from qvim_studio.ui.request.request_panel import RequestPanel
from qvim_studio.ui.request.upscale_actions import UpscaleActions
from qvim_studio.ui.takes.imitation_panel import ImitationPanel
from qvim_studio.ui.takes.melody_display import MelodyDisplay
from qvim_studio.ui.widgets.theme import StudioTheme
from qvim_studio.ui.window.header import Header
from qvim_studio.ui.window.memory_label import MemoryLabel
from qvim_studio.ui.window.message_bar import MessageBar


class CheckpointActions(QObject):
    """Connects the panels that show a checkpoint. upscales, compares, melody: its parts.

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
        self._services, self._reopening = services, controller.reopening
        self._entries: tuple[CheckpointEntry, ...] = ()
        self._header, imitation, self._request, candidates = panels
        highs = self._request.details.highs
        self.upscales = UpscaleActions(highs, candidates.view, messages, controller, self)
        self.compares = CompareActions(self._request, messages, controller, window)
        self.melody = MelodyDisplay(imitation.melody, controller, services.tasks, self)
        self.upscales.checkpoints_wanted.connect(self.open)
        self._header.checkpoint_clicked.connect(self.open)
        services.checkpoint_manager.changed.connect(self._on_listing_changed)
        self._header.show_checkpoint(None, services.store.settings.checkpoint)

    @property
    def entries(self) -> tuple[CheckpointEntry, ...]:
        """The known checkpoints that make sounds."""
        return self._entries

    def look(self) -> None:
        """List the checkpoints in the background."""
        services = self._services
        services.tasks.run(services.list_checkpoints, self._on_looked, self.failed.emit)

    def show_used(self) -> None:
        """Show the checkpoint that the settings name."""
        wanted = self._services.store.settings.checkpoint
        entry = next((c for c in self._entries if c.id == wanted), None)
        self._header.show_checkpoint(entry, wanted)
        if entry is not None:
            self._request.show_checkpoint(entry)
            self.melody.show_checkpoint(entry)

    @Slot()
    def open(self) -> CheckpointDialog:
        """Open the dialog that chooses, downloads, adds and removes checkpoints."""
        used = self._services.store.settings.checkpoint
        manager, memory = self._services.checkpoint_manager, self._memory.memory
        dialog = CheckpointDialog(self._theme, manager, used, memory, self._window)
        dialog.chosen.connect(self._on_chosen)
        dialog.open()
        return dialog

    @Slot(object)
    def _on_chosen(self, id: str) -> None:
        store = self._services.store
        store.change(store.settings.with_changes(checkpoint=id))

    @Slot(object)
    def _on_listing_changed(self, listing: CheckpointListing) -> None:
        self._on_listed(listing.entries)

    def _on_looked(self, entries: tuple[CheckpointEntry, ...]) -> None:
        """Show the listed checkpoints, unless the dialog has a newer list."""
        if self._services.checkpoint_manager.listing is None:
            self._on_listed(entries)

    def _on_listed(self, entries: tuple[CheckpointEntry, ...]) -> None:
        self._entries = tuple(each for each in entries if not each.is_upscaler)
        self._reopening.revisions = {one.id: one.revision for one in entries if one.is_installed}
        self.compares.show_checkpoints(self._entries)
        self.upscales.show_upscalers(tuple(each for each in entries if each.is_upscaler))
        self.show_used()
