"""The progress of a generation: a slim bar with phase, step and remaining time."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from qvim_studio.jobs.engine.job import JobProgress
from qvim_studio.session.figures import short_waiting_text
from qvim_studio.ui.widgets.override import logs_errors
from qvim_studio.ui.widgets.theme import GRID, StudioTheme, font

BAR_PX = 4
MIN_TEXT_PX = 48
MIN_WIDTH_PX = 60  # for "12 s left"


class ProgressStrip(QWidget):
    """Painted in one piece so that nothing moves when the numbers change."""

    def __init__(self, theme: StudioTheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._progress: JobProgress | None = None
        self._idle_text = ""
        self._is_reason = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(MIN_WIDTH_PX)
        self.setAccessibleName(self.tr("Progress"))
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(240, 36)

    @property
    def text(self) -> str:
        """The text on the left."""
        progress = self._progress
        if progress is None:
            return self._idle_text
        phases = {
            "queued": self.tr("Starting the engine"),
            "load": self.tr("Loading the model"),
            "encode": self.tr("Listening to your take"),
            "denoise": self.tr("Shaping the sound"),
            "decode": self.tr("Rendering audio"),
            "upscale": self.tr("Making the highs"),
            "fit": self.tr("Fitting real sounds"),
            "write": self.tr("Saving"),
        }
        text = phases.get(progress.phase, progress.phase)
        if progress.phase == "denoise":
            text += f"  {progress.step}/{progress.steps}"
        return text

    @property
    def right_text(self) -> str:
        """The text on the right, the remaining time."""
        progress = self._progress
        if progress is None or progress.seconds_left is None:
            return ""
        return self.tr("{0} left").format(short_waiting_text(progress.seconds_left))

    def set_idle_text(self, text: str, is_reason: bool = False) -> None:
        """Set the text for times without a job. is_reason: whether it is the reason why nothing can
        be made."""
        self._idle_text, self._is_reason = text, is_reason
        self.update()

    def show_progress(self, progress: JobProgress | None) -> None:
        self._progress = progress
        self.setAccessibleDescription(f"{self.text} {self.right_text}")
        self.update()

    def text_beside(self, metrics: QFontMetrics) -> str:
        """The text on the left, shortened to the room that the right one leaves."""
        room = self.width()
        if self.right_text:
            room -= metrics.horizontalAdvance(self.right_text) + GRID
        text = metrics.elidedText(self.text, Qt.TextElideMode.ElideRight, room)
        return text if room >= MIN_TEXT_PX else ""

    def idle_lines(self, metrics: QFontMetrics) -> list[str]:
        """The text while nothing runs, in one line, or in two if one is too short."""
        words = self.text.split(" ")
        split = len(words)
        while split > 1 and metrics.horizontalAdvance(" ".join(words[:split])) > self.width():
            split -= 1
        lines = [" ".join(part) for part in (words[:split], words[split:]) if part]
        return [
            metrics.elidedText(line, Qt.TextElideMode.ElideRight, self.width()) for line in lines
        ]

    @logs_errors()
    def paintEvent(self, event: QPaintEvent) -> None:
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font())
        is_reason = self._progress is None and self._is_reason
        painter.setPen(QColor(palette.text if is_reason else palette.secondary))
        area = QRectF(self.rect())
        if self._progress is None:
            text = "\n".join(self.idle_lines(QFontMetrics(painter.font())))
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
            painter.end()
            return
        texts = area.adjusted(0, 2, 0, -BAR_PX - 8)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(texts, middle | Qt.AlignmentFlag.AlignRight, self.right_text)
        painter.setPen(QColor(palette.text))
        painter.drawText(
            texts,
            middle | Qt.AlignmentFlag.AlignLeft,
            self.text_beside(QFontMetrics(painter.font())),
        )
        groove = QRectF(0, area.bottom() - BAR_PX - 3, area.width(), BAR_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(palette.hover))
        painter.drawRoundedRect(groove, BAR_PX / 2, BAR_PX / 2)
        done = QRectF(groove)
        done.setWidth(max(groove.width() * self._progress.fraction, BAR_PX))
        painter.setBrush(QColor(palette.accent))
        painter.drawRoundedRect(done, BAR_PX / 2, BAR_PX / 2)
        painter.end()
