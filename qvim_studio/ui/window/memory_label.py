"""Shows the program's memory use at the right of the status bar."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLabel, QWidget

from qvim_studio.jobs.engine.memory_watch import GIB, Memory
from qvim_studio.session.figures import filled
from qvim_studio.ui.widgets.tips import set_tip


class MemoryLabel(QLabel):
    """A label such as "Memory 1.2 GB  ·  GPU 2.1 GB", with the computer's memory in the tooltip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("caption")
        self.memory: Memory | None = None

    @Slot(object)
    def show_memory(self, memory: Memory) -> None:
        self.memory = memory
        text = filled(self.tr("Memory {0:.1f} GB"), memory.own / GIB)
        if memory.gpu_own is not None:
            text += "  ·  " + filled(self.tr("GPU {0:.1f} GB"), memory.gpu_own / GIB)
        self.setText(text)
        explanation = self.tr(
            "QVIM Studio takes {0:.1f} GB: the window and its sound engine.\n"
            "This computer: {1:.1f} of {2:.0f} GB in use by all programs."
        )
        explanation = filled(explanation, memory.own / GIB, memory.used / GIB, memory.total / GIB)
        if memory.gpu_total:
            gpu = self.tr("GPU: {0:.1f} of {1:.0f} GB in use by all programs.")
            gpu = filled(gpu, memory.gpu_used / GIB, memory.gpu_total / GIB)
            explanation = f"{explanation}\n{gpu}"
        set_tip(self, explanation)
        self.setAccessibleName(text)
        self.setAccessibleDescription(explanation)
