"""Titles and descriptions of the memory modes."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from qvim_studio.core.request import VramMode


def memory_modes() -> tuple[tuple[VramMode, str, str], ...]:
    """Each mode with its title and its purpose."""
    return (
        (
            VramMode.AUTO,
            _tr("Automatic"),
            _tr("Chooses for this machine; uses the GPU where there is one"),
        ),
        (VramMode.CPU, _tr("CPU only"), _tr("Leaves the GPU to other programs; slower")),
        (
            VramMode.MINIMAL,
            _tr("Minimal"),
            _tr("For GPUs with 2 to 4 GB: weights in 8 bits; slowest on a GPU"),
        ),
        (VramMode.LOW, _tr("Low"), _tr("For GPUs with 6 GB")),
        (VramMode.BALANCED, _tr("Balanced"), _tr("For GPUs with 8 to 12 GB")),
        (
            VramMode.HIGH,
            _tr("High"),
            _tr("For GPUs above 12 GB: everything stays loaded; fastest"),
        ),
    )


def mode_title(mode: VramMode) -> str:
    """The title of a mode."""
    return next(title for each, title, _ in memory_modes() if each is mode)


def _tr(text: str) -> str:
    return QCoreApplication.translate("MemoryModes", text)
