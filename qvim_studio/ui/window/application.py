"""Creates the QApplication."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication

import qvim_studio

APP_NAME = "QVIM Studio"


def make_application() -> QApplication:
    """The application, with a style that looks the same on every system."""
    application = QApplication.instance() or QApplication([APP_NAME])
    if not isinstance(application, QApplication):
        raise TypeError("a QCoreApplication without windows is running already")
    application.setStyle("Fusion")
    QCoreApplication.setApplicationName(APP_NAME)
    QCoreApplication.setApplicationVersion(qvim_studio.__version__)
    return application
