"""Regenerates the selected part of a sound, and continues sounds after their end."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Slot

from qvim_studio.audio.highs import edit_of_highs
from qvim_studio.core.capabilities import EditKind
from qvim_studio.core.edit import Edit
from qvim_studio.core.request import DEFAULT_MORPH_AT
from qvim_studio.jobs.engine.imitation import Imitation
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.session.controller import StudioController
from qvim_studio.ui.request.request_panel import RequestPanel
from qvim_studio.ui.waves.waveform_view import WaveformView
from qvim_studio.ui.window.message_bar import MessageBar

CONTINUE_S = 2.0  # if the panel has no length


class EditActions(QObject):
    """Connects edits with the waveform of the chosen sound, the panels and the controller."""

    def __init__(
        self,
        view: WaveformView,
        panel: RequestPanel,
        messages: MessageBar,
        controller: StudioController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._view = view
        self._panel = panel
        self._messages = messages
        self._controller = controller

    def redo_part(self) -> None:
        """Regenerate all selected parts of the chosen sound from the sound itself."""
        self._redo_part(None)

    def redo_part_by_voice(self) -> None:
        """Regenerate the selection from the part of the imitation above it."""
        imitation = self._asked_imitation()
        if imitation is not None:
            self._redo_part(imitation)

    def make_highs(self) -> None:
        """Add highs above the band of the chosen sound."""
        entry = self._controller.viewer.entry
        if entry is None or not self._can(EditKind.HIGHS):
            self._messages.show_notice(
                self.tr("Choose a candidate or a sound from the history first.")
                if entry is None
                else self.tr("This checkpoint makes no highs by themselves. Choose another one.")
            )
            return
        self._edit(entry, edit_of_highs, None, 0.0)

    def go_on(self) -> None:
        """Continue the chosen sound by the length in the panel."""
        self._go_on(None)

    def go_on_by_voice(self) -> None:
        """Continue the chosen sound with the part of the imitation after the sound's end; without a
        length in the panel, up to the end of the imitation."""
        imitation = self._asked_imitation()
        if imitation is not None:
            self._go_on(imitation)

    @Slot(object)
    def continue_sound(self, entry: ClipEntry, imitation: Imitation | None = None) -> None:
        """Continue a sound of any list."""
        if not self._can(EditKind.CONTINUE):
            self._messages.show_notice(
                self.tr("This checkpoint cannot continue sounds. Choose another one.")
            )
            return
        natural_s = CONTINUE_S
        if imitation is not None:
            rest = imitation.stretch(entry.duration_s, math.inf)
            natural_s = (rest or imitation.clip).duration_s
        seconds = self._panel.draft().duration_s or natural_s
        self._edit(entry, partial(Edit.continuing, seconds=seconds), imitation, entry.duration_s)

    @Slot(object, object)
    def morph(self, entries: Sequence[ClipEntry], is_over_time: bool) -> None:
        """Make sounds between two sounds of a list, or from one to the other."""
        if not self._can(EditKind.INPAINT):
            self._messages.show_notice(
                self.tr("This checkpoint cannot mix two sounds. Choose another one.")
            )
            return
        self._messages.clear()
        at = None if is_over_time else DEFAULT_MORPH_AT
        self._controller.morph(entries[0], entries[1], self._panel.draft(), at)

    def _redo_part(self, imitation: Imitation | None) -> None:
        entry, parts = self._controller.viewer.entry, self._view.parts
        if entry is None or not parts:
            self._messages.show_notice(
                self.tr(
                    "No part of a sound is selected. Choose a candidate or a sound from "
                    "the history, then drag over its waveform below the imitation's. Hold "
                    "Shift and drag to select one more part."
                )
            )
            return
        if not self._can(EditKind.INPAINT):
            self._messages.show_notice(
                self.tr(
                    "This checkpoint cannot regenerate part of a sound. Choose another "
                    "one, or continue the sound instead."
                )
            )
            return
        self._edit(entry, partial(Edit.of_parts, parts_s=parts), imitation, parts[0][0])

    def _go_on(self, imitation: Imitation | None) -> None:
        entry = self._controller.viewer.entry
        if entry is None:
            self._messages.show_notice(
                self.tr(
                    "There is no sound to continue. Choose a candidate or a sound from the "
                    "history first."
                )
            )
            return
        self.continue_sound(entry, imitation)

    def _can(self, kind: EditKind) -> bool:
        """Whether the checkpoint can do this kind of edit; True if unknown."""
        checkpoint = self._panel.checkpoint
        capabilities = None if checkpoint is None else checkpoint.capabilities
        return capabilities is None or kind in capabilities.edits

    def _asked_imitation(self) -> Imitation | None:
        """The current imitation; without one, show a message."""
        imitation = self._controller.imitation
        if imitation is None:
            self._messages.show_notice(
                self.tr("There is no imitation. Record what should go there, then try again.")
            )
        return imitation

    def _edit(
        self,
        entry: ClipEntry,
        edit_of: Callable[..., Edit],
        imitation: Imitation | None,
        begin_s: float,
    ) -> None:
        """Queue an edit. begin_s: of the new part; an imitation that ends earlier is used from its
        beginning."""
        self._messages.clear()
        is_above = imitation is not None and imitation.stretch(begin_s, math.inf) is not None
        if imitation is not None and not is_above:
            self._messages.show_notice(
                self.tr("The imitation ends before this part begins, so it is used from its start.")
            )
        self._controller.edit(entry, edit_of, self._panel.draft(), imitation, is_above)
