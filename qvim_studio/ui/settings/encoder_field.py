"""Chooses the encoder that hears voices for a checkpoint: its own, or one of the user's."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLabel, QWidget

from qvim_studio.core.capabilities import VoiceRoute
from qvim_studio.core.checkpoint_entry import CheckpointEntry
from qvim_studio.core.options import ENCODER_OPTION, OWN_ENCODER, OptionValues
from qvim_studio.session.requests.checkpoint_values import CheckpointMemory
from qvim_studio.ui.widgets.card import ElidedComboBox

SHOWN_NAMES = 3  # of encoders that are not offered


class EncoderField(ElidedComboBox):
    """Offers the encoders that an adapter of the checkpoint supports; the note names the others and
    the reasons.

    The choice is one of the values kept for each checkpoint (Settings.by_checkpoint).
    """

    def __init__(self, note: QLabel, parent: QWidget) -> None:
        super().__init__(parent)
        self._note = note
        self._memory = CheckpointMemory({})
        self._chosen: dict[str, str] = {}
        self._entry: CheckpointEntry | None = None
        self.activated.connect(self._on_activated)

    def show_values(self, by_checkpoint: Mapping[str, str]) -> None:
        """Show the kept choices. by_checkpoint: see Settings."""
        self._memory, self._chosen = CheckpointMemory(by_checkpoint), {}
        self.show_checkpoint(self._entry)

    def show_checkpoint(self, entry: CheckpointEntry | None) -> None:
        """Show the choice for a checkpoint; None for an unknown one."""
        self._entry = entry
        self.clear()
        for name in self._names:
            title = self.tr("The checkpoint's own") if name == OWN_ENCODER else name
            self.addItem(title, name)
        wanted = self._wanted
        self.setCurrentIndex(max(self.findData(wanted), 0))
        self.setEnabled(self.count() > 1)
        self._note.setText("\n".join(self._sentences(wanted)))

    def kept_in(self, by_checkpoint: Mapping[str, str]) -> dict[str, str]:
        """The values with the choices made here; default choices are not kept."""
        if not self._chosen:
            return dict(by_checkpoint)
        memory = CheckpointMemory(by_checkpoint)
        for id, name in self._chosen.items():
            values = memory.of(id)
            options = {key: each for key, each in values.options.items() if key != ENCODER_OPTION}
            if name:
                options[ENCODER_OPTION] = name
            memory.keep(id, values.with_options(OptionValues(options)))
        return memory.stored()

    @property
    def _names(self) -> tuple[str, ...]:
        made = None if self._entry is None else self._entry.capabilities
        options = () if made is None else made.options
        found = (option.choices for option in options if option.name == ENCODER_OPTION)
        return next(found, (OWN_ENCODER,))

    @property
    def _wanted(self) -> str:
        """The encoder chosen for the checkpoint, offered or not; empty for the default."""
        id = "" if self._entry is None else self._entry.id
        kept = self._memory.of(id).options.get(ENCODER_OPTION, "")
        return self._chosen.get(id, str(kept))

    def _sentences(self, wanted: str) -> list[str]:
        entry = self._entry
        if entry is None or entry.capabilities is None or not entry.is_installed:
            return []
        if entry.capabilities.voice_route not in (VoiceRoute.ADAPTER, VoiceRoute.TOWER):
            return [self.tr("This checkpoint hears without an encoder")]
        notes = [self.tr("Hears your voice before the checkpoint makes a sound of it")]
        if wanted and wanted not in self._names:
            gone = self.tr("“{0}” was removed; the encoder shown is used instead")
            notes.append(gone.format(wanted))
        missing = [name for name in entry.encoders_without_adapter if name != wanted]
        if missing:
            names = ", ".join(missing[:SHOWN_NAMES]) + ", …" * (len(missing) > SHOWN_NAMES)
            reason = self.tr(
                "Not offered, because no adapter of this checkpoint understands them: {0}"
            )
            notes.append(reason.format(names))
        elif self.count() == 1:
            notes.append(self.tr("Imported encoders appear here once an adapter understands them"))
        return notes

    @Slot(int)
    def _on_activated(self, index: int) -> None:
        if self._entry is not None:
            self._chosen[self._entry.id] = str(self.itemData(index)) if index else ""
            self.show_checkpoint(self._entry)
