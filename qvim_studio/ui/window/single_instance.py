"""Keeps one window per user: a second start passes its file to the first and exits."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

log = logging.getLogger(__name__)

ANSWER_TIMEOUT_MS = 2000


class SingleInstance(QObject):
    """is_first: whether no other instance runs. has_crashed: whether the last one ended
    unexpectedly.

    Signal: called (Path | None: the file of another start).
    """

    called = Signal(object)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        folder.mkdir(parents=True, exist_ok=True)
        lock_path = folder / "running.lock"
        was_left = lock_path.exists()
        self._lock = QLockFile(str(lock_path))
        self._lock.setStaleLockTime(0)  # only a dead process makes it stale, not its age
        self.is_first = self._lock.tryLock(0)
        self.has_crashed = self.is_first and was_left
        # every system limits the length of a socket's name
        self._name = "qvim-" + hashlib.sha256(str(folder).encode()).hexdigest()[:16]
        self._server: QLocalServer | None = None
        if self.is_first:
            QLocalServer.removeServer(self._name)
            self._server = QLocalServer(self)
            self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
            self._server.newConnection.connect(self._on_connected)
            if not self._server.listen(self._name):
                log.info("Other starts will not be heard: %s", self._server.errorString())

    def call_first(self, path: Path | None) -> bool:
        """Bring the running window to the front, with a file; returns False without an answer."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(ANSWER_TIMEOUT_MS):
            return False
        socket.write(str(path.resolve() if path else "").encode() + b"\n")
        return socket.waitForBytesWritten(ANSWER_TIMEOUT_MS)

    def close(self) -> None:
        """Release the lock for the next instance."""
        if self._server is not None:
            self._server.close()
        self._lock.unlock()

    @Slot()
    def _on_connected(self) -> None:
        if self._server is None:
            return
        socket = self._server.nextPendingConnection()
        socket.readyRead.connect(self._on_ready)
        socket.disconnected.connect(socket.deleteLater)

    @Slot()
    def _on_ready(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket) and socket.canReadLine():
            text = bytes(socket.readLine().data()).decode().strip()
            self.called.emit(Path(text) if text else None)
            socket.disconnectFromServer()
