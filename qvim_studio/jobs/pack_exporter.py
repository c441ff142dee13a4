"""Writes sample packs in its own thread, one at a time."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal, Slot

from qvim_studio.core.errors import CancelledError, StudioError, error_for_user
from qvim_studio.export.packs.pack_plan import PackPlan
from qvim_studio.export.packs.pack_writer import PackProgress, PackReport, export_pack

log = logging.getLogger(__name__)

SHUTDOWN_TIMEOUT_MS = 8000


@dataclass(frozen=True, eq=False)
class _Order:
    plan: PackPlan
    folder: Path
    cancelled: threading.Event


class PackExporter(QObject):
    """Controls the exporting thread.

    Signals, in the thread of this object: progressed (PackProgress), finished (PackReport), ended
    (StudioError, or None where the user stopped it); each export ends with one of the last two.
    """

    progressed = Signal(object)
    finished = Signal(object)
    ended = Signal(object)

    _ordered = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._order: _Order | None = None
        self._thread = QThread(self)
        self._thread.setObjectName("packs")
        self._worker = _PackWorker()
        self._worker.moveToThread(self._thread)
        self._worker.progressed.connect(self.progressed)
        self._worker.finished.connect(self._on_finished)
        self._worker.ended.connect(self._on_ended)
        self._ordered.connect(self._worker.run)

    @property
    def is_running(self) -> bool:
        return self._order is not None

    def start(self, plan: PackPlan, folder: Path) -> None:
        """Export a pack, or resume an interrupted export of the same plan; ignored while another
        runs."""
        if self._order is not None:
            return
        if not self._thread.isRunning():
            self._thread.start()
        self._order = _Order(plan, folder, threading.Event())
        self._ordered.emit(self._order)

    def cancel(self) -> None:
        """Ask the export to end; finished files are kept for the next time."""
        if self._order is not None:
            self._order.cancelled.set()

    def shutdown(self) -> bool:
        """End the thread; False if it hangs because a disk does not answer."""
        self.cancel()
        self._thread.quit()
        has_ended = self._thread.wait(SHUTDOWN_TIMEOUT_MS)
        if not has_ended:
            log.error("The thread that exports packs did not end")
        return has_ended

    @Slot(object)
    def _on_finished(self, report: PackReport) -> None:
        self._order = None
        self.finished.emit(report)

    @Slot(object)
    def _on_ended(self, error: StudioError | None) -> None:
        self._order = None
        self.ended.emit(error)


class _PackWorker(QObject):
    """Lives in the thread; the exporter relays its signals."""

    progressed = Signal(object)
    finished = Signal(object)
    ended = Signal(object)

    @Slot(object)
    def run(self, order: _Order) -> None:
        try:
            report = export_pack(order.plan, order.folder, self._report, order.cancelled.is_set)
        except CancelledError:
            self.ended.emit(None)
        except Exception as error:  # noqa: BLE001 - shown by the window
            self.ended.emit(error_for_user(error, "Exporting"))
        else:
            self.finished.emit(report)

    def _report(self, progress: PackProgress) -> None:
        self.progressed.emit(progress)
