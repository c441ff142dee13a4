"""Shows the waiting jobs, moves them to the front and removes them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from qvim_studio.core.text.file_names import readable_name
from qvim_studio.jobs.engine.job import Job
from qvim_studio.jobs.engine.job_queue import JobQueue
from qvim_studio.ui.widgets.tips import set_tip


class QueueButton(QToolButton):
    """Shown while jobs wait; its menu is rebuilt whenever it opens."""

    def __init__(self, queue: JobQueue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self.setObjectName("withText")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        set_tip(self, self.tr("Waiting generations"))
        menu = QMenu(self)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)
        queue.changed.connect(self._on_changed)
        self._on_changed()

    @Slot()
    def _fill(self) -> None:
        menu = self.menu()
        menu.clear()
        for job in self._queue.waiting:
            part = menu.addMenu(self._title(job))
            part.addAction(self.tr("Make it next"), partial(self._queue.move_to_front, job))
            part.addAction(self.tr("Take it out"), partial(self._queue.cancel, job))
        menu.addSeparator()
        if self._queue.is_held:
            menu.addAction(self.tr("Make them now"), self._queue.release)
        menu.addAction(self.tr("Cancel all"), self._queue.cancel_all)

    @Slot()
    def _on_changed(self) -> None:
        count = len(self._queue.waiting)
        self.setText(self.tr("{0} waiting").format(count))
        self.setAccessibleName(self.text())
        self.setVisible(count > 0)

    def _title(self, job: Job) -> str:
        name = job.request.text or readable_name(job.stem) or self.tr("voice")
        return f"{name}  ×{job.request.variations}"
