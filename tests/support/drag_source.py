"""Run as a program: the studio's list of clips in a real window, waiting to be dragged from.

Arguments: clip files. Prints one line of JSON when the window stands: the middle of each clip's row
on the screen. Clips are selected as the mouse does it; ``--all`` selects every one.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from qvim_studio.core.program.settings import Theme
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.ui.sounds.clip_list_model import ClipListModel
from qvim_studio.ui.sounds.clip_list_view import ClipListView
from qvim_studio.ui.widgets.theme import StudioTheme


def entry_of(path: Path) -> ClipEntry:
    peaks = np.ones((64, 2), np.float32) * (-1, 1)
    return ClipEntry(path, "g", path.stem, 0.0, 1.0, None, 0, "Starter", "CC0-1.0", peaks)


def main(arguments: list[str]) -> int:
    files = [Path(argument) for argument in arguments if argument != "--all"]
    application = QApplication([])
    application.setStyle("Fusion")
    model = ClipListModel(with_sections=False)
    view = ClipListView(StudioTheme(application, Theme.DARK), model)
    model.set_entries([entry_of(path) for path in files])
    view.setGeometry(20, 60, 360, 300)
    view.show()
    if "--all" in arguments:
        view.selectAll()

    def tell() -> None:
        areas = [view.visualRect(model.index(row)) for row in range(model.rowCount())]
        points = [view.viewport().mapToGlobal(area.center()) for area in areas]
        sys.stdout.write(json.dumps([[point.x(), point.y()] for point in points]) + "\n")
        sys.stdout.flush()

    # A window manager moves a window after it is shown.
    QTimer.singleShot(700, tell)
    return application.exec()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
