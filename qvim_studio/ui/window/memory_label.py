"""The memory that the program takes, small, at the right of the status bar."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLabel, QWidget

from qvim_studio.jobs.engine.memory_watch import GIB, Memory
from qvim_studio.ui.widgets.tips import set_tip


class MemoryLabel(QLabel):
    """ "Memory 1.2 GB  ·  GPU 2.1 GB"; the tooltip says how full the computer is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("caption")
        self.memory: Memory | None = None

    @Slot(object)
    def show_memory(self, memory: Memory) -> None:
        self.memory = memory
        text = self.tr("Memory {0:.1f} GB").format(memory.own / GIB)
        if memory.gpu_own is not None:
            text += "  ·  " + self.tr("GPU {0:.1f} GB").format(memory.gpu_own / GIB)
        self.setText(text)
        explanation = self.tr(
            "QVIM Studio takes {0:.1f} GB: the window and its sound engine.\n"
            "This computer: {1:.1f} of {2:.0f} GB in use by all programs."
        ).format(memory.own / GIB, memory.used / GIB, memory.total / GIB)
        if memory.gpu_total:
            gpu = self.tr("GPU: {0:.1f} of {1:.0f} GB in use by all programs.")
            gpu = gpu.format(memory.gpu_used / GIB, memory.gpu_total / GIB)
            explanation = f"{explanation}\n{gpu}"
        set_tip(self, explanation)
        self.setAccessibleName(text)
        self.setAccessibleDescription(explanation)
