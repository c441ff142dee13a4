"""Shows a file in the desktop's file manager."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def reveal_command(path: Path, platform: str = sys.platform) -> list[str] | None:
    """The command that selects the file in its folder; None if only the folder can be opened."""
    if platform == "win32":
        return ["explorer", f"/select,{path}"]
    if platform == "darwin":
        return ["open", "-R", str(path)]
    return None


def reveal_in_folder(path: Path) -> None:
    """Open the file manager, with the file selected if the system supports that."""
    command = reveal_command(path)
    if command is None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))
    else:
        subprocess.Popen(command)
