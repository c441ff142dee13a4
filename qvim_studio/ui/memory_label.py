"""The memory of the computer and its GPU, small, at the right of the status bar."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLabel, QWidget

from qvim_studio.jobs.memory_watch import GIB, Memory
from qvim_studio.ui.tips import set_tip


class MemoryLabel(QLabel):
    """ "Memory 6.1 / 16 GB  ·  GPU 2.1 / 8 GB"."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("caption")
        self.memory: Memory | None = None
        set_tip(self, self.tr("Memory in use, by all programs"))

    @Slot(object)
    def show_memory(self, memory: Memory) -> None:
        self.memory = memory
        text = self.tr("Memory {0:.1f} / {1:.0f} GB").format(memory.used / GIB, memory.total / GIB)
        if memory.gpu_total:
            gpu = self.tr("GPU {0:.1f} / {1:.0f} GB")
            text += "  ·  " + gpu.format(memory.gpu_used / GIB, memory.gpu_total / GIB)
        self.setText(text)
        self.setAccessibleName(text)
