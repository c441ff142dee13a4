"""Drags the selected part of the chosen candidate into other programs."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from qvim_studio.export.files.region import REGIONS, write_region
from qvim_studio.session.controller import StudioController
from qvim_studio.session.services import Services
from qvim_studio.ui.sounds.clip_drag import drag_clips
from qvim_studio.ui.waves.waveform_view import Part, WaveformView
from qvim_studio.ui.widgets.theme import StudioTheme


class RegionDrag(QObject):
    """The part is written when it is selected, so that a drag finds a complete file."""

    def __init__(
        self,
        view: WaveformView,
        controller: StudioController,
        services: Services,
        theme: StudioTheme,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._view = view
        self._controller = controller
        self._tasks = services.tasks
        self._theme = theme
        self._part: Part | None = None
        self._file: Path | None = None
        view.selection_made.connect(self._on_selection_made)
        view.selection_changed.connect(self._on_selection_changed)
        view.selection_dragged.connect(self._on_selection_dragged)

    @property
    def file(self) -> Path | None:
        """The complete file of the selected part; None without a selection or before it is
        written."""
        return self._file

    @Slot(object)
    def _on_selection_changed(self, part: Part | None) -> None:
        self._part, self._file = None, None
        self._view.set_draggable(False)

    @Slot(object)
    def _on_selection_made(self, part: Part) -> None:
        entry = self._controller.viewer.entry
        if entry is None:
            return
        self._part = part
        folder = self._controller.output_folder / REGIONS
        self._tasks.run(
            partial(write_region, entry.path, *part, folder),
            partial(self._on_written, part),
            self._controller.failed.emit,
        )

    def _on_written(self, part: Part, path: Path) -> None:
        if part == self._part:
            self._file = path
            self._view.set_draggable(True)

    @Slot()
    def _on_selection_dragged(self) -> None:
        if self._file is not None and self._file.is_file():
            drag_clips(self._view, [self._file], None, self._theme.palette)
