"""The studio window as a program: builds everything, hands it over, closes it again."""

from __future__ import annotations

import logging
import multiprocessing
import os
import platform
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import (
    QCoreApplication,
    QMessageLogContext,
    QObject,
    QSocketNotifier,
    QtMsgType,
    Signal,
    Slot,
    qInstallMessageHandler,
)

import qvim_studio
from qvim_studio.assembly import user_paths
from qvim_studio.audio.devices.portaudio import PortAudioBackend
from qvim_studio.core.checkpoint_entry import CheckpointEntry
from qvim_studio.core.errors import EngineError, StudioError, bug_text
from qvim_studio.core.program.logging_setup import set_up_logging
from qvim_studio.session.services import make_services
from qvim_studio.session.settings_store import SettingsStore
from qvim_studio.ui.widgets.theme import StudioTheme
from qvim_studio.ui.window.application import make_application
from qvim_studio.ui.window.main_window import MainWindow
from qvim_studio.ui.window.single_instance import SingleInstance
from qvim_studio.ui.window.translation import set_language

log = logging.getLogger(__name__)

ENGINE_FACTORY = "qvim_studio.assembly:make_engine"
GPU_READER = "qvim_studio.memory.accelerators:read_gpu_use"
_QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
# said after a drop into a program that takes its time; the file has arrived by then
_HARMLESS = ("drop data has expired",)


def main(arguments: Sequence[str] = ()) -> int:
    """Open the studio window and stay until it is closed; gives back the exit status.

    arguments: an audio file to open as the imitation, if any.
    """
    multiprocessing.freeze_support()
    paths = user_paths()
    set_up_logging(paths.log_file)
    qInstallMessageHandler(_log_qt_message)
    log.info("QVIM Studio %s on %s", qvim_studio.__version__, platform.platform())
    application = make_application()
    path = Path(arguments[0]) if arguments else None
    instance = SingleInstance(paths.settings_file.parent, application)
    if not instance.is_first and instance.call_first(path):
        return 0
    store = SettingsStore(paths.settings_file)
    set_language(store.settings.language, application)
    theme = StudioTheme(application, store.settings.theme, store.settings.text_percent)
    # NVIDIA's driver has a program that tells, for which no process needs to open the GPU.
    gpu_reader = "" if shutil.which("nvidia-smi") else GPU_READER
    services = make_services(
        paths,
        store,
        PortAudioBackend(),
        ENGINE_FACTORY,
        known_checkpoints,
        gpu_reader=gpu_reader,
    )
    window = MainWindow(services, theme)
    faults = FaultRelay(window)
    faults.failed.connect(window.show_error)
    signals = SignalRelay(window)
    signals.received.connect(window.close)
    instance.called.connect(window.call)
    window.show()
    if path is not None:
        window.open_imitation(path)
    if instance.has_crashed:
        log.warning("The last session ended unexpectedly")
        window.help.open_crash()
    status = application.exec()
    signals.close()
    instance.close()
    if not services.shutdown():
        # a dead sound server holds a thread inside PortAudio, which would hang the exit as well
        log.warning("A device did not close; ending all the same")
        logging.shutdown()
        os._exit(status)
    return status


def known_checkpoints() -> tuple[CheckpointEntry, ...]:
    """The checkpoints of the registry, as the window lists them."""
    from qvim_studio.families.hub_store import make_checkpoint_store

    return make_checkpoint_store().list()


class FaultRelay(QObject):
    """Brings uncaught exceptions of any thread to the log and the window.

    Signal: failed (StudioError for the user).
    """

    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QCoreApplication.quit()
            return
        log.error("Uncaught exception", exc_info=(kind, error, trace))
        shown = error if isinstance(error, StudioError) else EngineError(bug_text())
        self.failed.emit(shown)

    def _on_thread_exception(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self._on_exception(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)


class SignalRelay(QObject):
    """Lets Ctrl+C and SIGTERM close the window as its close button does.

    Signal: received (nothing). Python runs signal handlers only between its own instructions, which
    a waiting event loop never reaches; the wake-up socket gets it there.
    """

    received = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader, self._writer = socket.socketpair()
        for end in (self._reader, self._writer):
            end.setblocking(False)
        self._previous = signal.set_wakeup_fd(self._writer.fileno())
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_readable)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _do_nothing)

    def close(self) -> None:
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._previous)
        self._reader.close()
        self._writer.close()

    @Slot()
    def _on_readable(self) -> None:
        self._reader.recv(64)
        self.received.emit()


def _do_nothing(number: int, frame: object) -> None:
    """The wake-up socket carries the news; Python wants a handler all the same."""


def _log_qt_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    level = _QT_LEVELS.get(kind, logging.INFO)
    if any(words in message for words in _HARMLESS):
        level = logging.DEBUG
    logging.getLogger(f"qt.{context.category or 'default'}").log(level, message)
