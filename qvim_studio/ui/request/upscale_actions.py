"""Adds highs to a sound of any list, with an installed upscaler."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal, Slot

from qvim_studio.core.checkpoint_entry import CheckpointEntry
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.session.controller import StudioController
from qvim_studio.ui.checkpoints.checkpoint_row import size_text
from qvim_studio.ui.request.highs_box import HighsBox
from qvim_studio.ui.sounds.clip_list_view import ClipListView
from qvim_studio.ui.window.header import commercial_text
from qvim_studio.ui.window.message_bar import MessageBar


class UpscaleActions(QObject):
    """Signal: checkpoints_wanted (nothing: the user wants to get an upscaler)."""

    checkpoints_wanted = Signal()

    def __init__(
        self,
        box: HighsBox,
        candidates: ClipListView,
        messages: MessageBar,
        controller: StudioController,
        parent: QObject | None = None,
    ) -> None:
        """box: the user's choice among several upscalers."""
        super().__init__(parent)
        self._box = box
        self._candidates = candidates
        self._messages = messages
        self._controller = controller
        self._upscalers: tuple[CheckpointEntry, ...] = ()

    def show_upscalers(self, upscalers: Sequence[CheckpointEntry]) -> None:
        """Take over all known upscalers, installed or not."""
        self._upscalers = tuple(upscalers)
        self._box.show_upscalers(upscalers)

    def upscale_chosen(self) -> None:
        """Add highs to the current sound."""
        entries = self._candidates.selected_entries()
        entry = self._controller.viewer.entry or (entries[0] if entries else None)
        if entry is not None:
            self.upscale(entry)
        else:
            self._messages.show_notice(
                self.tr("Upscale which one? Choose one of the candidates or of the history first.")
            )

    @Slot(object)
    def upscale(self, entry: ClipEntry) -> None:
        """Queue the highs of a sound; without an upscaler, say which one to download."""
        installed = [each.id for each in self._upscalers if each.is_installed]
        if not installed:
            self._messages.offer(self._lack(), self.tr("Checkpoints"), self.checkpoints_wanted.emit)
            return
        self._messages.clear()
        chosen = self._box.upscaler
        self._controller.upscale(entry, chosen if chosen in installed else installed[0])

    def _lack(self) -> str:
        """The sentence that names the upscaler to download."""
        if not self._upscalers:
            return self.tr("Nothing on this computer makes highs yet. Look under Checkpoints.")
        first = self._upscalers[0]
        words = commercial_text(first.commercial)
        text = self.tr(
            "Nothing on this computer makes such highs yet. {0} does: {1} to download, {2}, slow "
            "without a GPU."
        )
        return text.format(first.title, size_text(first.size_bytes), words)
