"""Shows errors and notices without interrupting the user's work."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from qvim_studio.session.sentences import own_words
from qvim_studio.ui.widgets.icons import icon, icon_pixmap
from qvim_studio.ui.widgets.override import logs_errors
from qvim_studio.ui.widgets.theme import GRID, StudioTheme

LEAST_TOP_PX = 2
Remedy = tuple[str, Callable[[], object]]  # the label of a button and its function


class MessageBar(QFrame):
    """One line or paragraph with buttons for remedies, shown until it is closed or replaced.
    Lasting notices wait while another message covers them and return afterwards.

    The bar covers the top of its parent, so that nothing below the mouse moves.
    """

    def __init__(
        self,
        theme: StudioTheme,
        parent: QWidget,
        free: QWidget | None = None,
        above: QWidget | None = None,
    ) -> None:
        """free: a widget to the right of the bar that stays visible and clickable, if any. above:
        a widget whose right edge the bar does not pass, if any."""
        super().__init__(parent)
        self._theme = theme
        self._page = parent
        self._free = free
        self._above = above
        self._kind = "notice"
        self._lasting: list[str] = []  # not closed yet
        self._on_chosen: Callable[[], object] | None = None
        self.setObjectName("messageBar")
        self._picture = QLabel(self)
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setContentsMargins(0, GRID // 2, 0, GRID // 2)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._action = QPushButton(self)
        self._action.clicked.connect(self._on_action)
        self._action.hide()
        self._other_chosen: Callable[[], object] | None = None
        self._other = QPushButton(self)
        self._other.clicked.connect(self._on_other)
        self._other.hide()
        self._close = QToolButton(self)
        self._close.setAccessibleName(self.tr("Close the message"))
        self._close.clicked.connect(self._on_close)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * GRID, 0, GRID, 0)
        layout.setSpacing(12)
        layout.addWidget(self._picture)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._other)
        layout.addWidget(self._action)
        layout.addWidget(self._close)
        theme.changed.connect(self._dress)
        for watched in (parent, free, above):
            if watched is not None:
                watched.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    def show_error(
        self,
        text: str,
        action: str = "",
        on_chosen: Callable[[], object] | None = None,
        other: Remedy | None = None,
    ) -> None:
        """Show an error. other: a second button."""
        self._show("error", text, action, on_chosen, other)

    def show_notice(self, text: str) -> None:
        self._show("notice", text, "", None)

    def show_lasting(self, text: str) -> None:
        """Show a notice that stays until the user closes it. It covers no other message; several
        lasting notices are shown together, one below the other."""
        words = own_words(text)
        if words not in self._lasting:
            self._lasting.append(words)
        if not self.text or self._kind == "lasting":
            self._show_all_lasting()

    def offer(
        self,
        text: str,
        action: str,
        on_chosen: Callable[[], object],
        other: Remedy | None = None,
    ) -> None:
        """Show a notice with one button or two."""
        self._show("notice", text, action, on_chosen, other)

    def clear(self) -> None:
        """Hide the message because the user began something else; lasting notices stay."""
        if self._kind != "lasting":
            self._put_away()

    def dismiss(self) -> None:
        """Hide the message because the user has read it."""
        if self._kind == "lasting":
            self._lasting.clear()
        self._put_away()

    def clear_notice(self) -> None:
        """Hide a notice because its request is fulfilled; errors stay."""
        if self._kind == "notice":
            self._put_away()

    def _put_away(self) -> None:
        self._kind = "notice"
        self._on_chosen = self._other_chosen = None
        self._text.clear()
        self.hide()
        if self._lasting:
            self._show_all_lasting()

    def _show_all_lasting(self) -> None:
        self._show("lasting", "\n".join(self._lasting), "", None)

    def _show(
        self,
        kind: str,
        text: str,
        action: str,
        on_chosen: Callable[[], object] | None,
        other: Remedy | None = None,
    ) -> None:
        self._kind = kind
        self._on_chosen = on_chosen
        self._other_chosen = None if other is None else other[1]
        self._other.setText("" if other is None else other[0])
        self._other.setVisible(other is not None)
        text = own_words(text)
        self._text.setText(text)
        self._text.setAccessibleName(text)
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self.setProperty("kind", kind)
        self.style().unpolish(self)
        self.style().polish(self)
        self._dress()
        self.show()
        self._place()
        self.raise_()

    @logs_errors(returns=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move) and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        """Make the bar as wide as the room beside ``free`` and as high as its text; a bar of one
        line ends above everything below ``free``."""
        page = self._page
        margins = page.contentsMargins()
        if (layout := page.layout()) is not None:
            margins = layout.contentsMargins()
        right, room = page.width() - margins.right(), 0
        if self._free is not None:
            begin = self._free.mapTo(page, QPoint(0, 0))
            right = begin.x() - GRID
            room = 2 * begin.y() + self._free.height() + GRID
        if self._above is not None:
            right = min(right, self._above.mapTo(page, QPoint(self._above.width(), 0)).x())
        width = max(right - margins.left(), self.minimumSizeHint().width())
        height = self.heightForWidth(width)
        self.setGeometry(margins.left(), max((room - height) // 2, LEAST_TOP_PX), width, height)

    @Slot()
    def _dress(self) -> None:
        palette = self._theme.palette
        is_error = self._kind == "error"
        color = palette.danger if is_error else palette.accent
        name = "alert" if is_error else "info"
        self._picture.setPixmap(icon_pixmap(name, color, 20, self.devicePixelRatioF()))
        self._close.setIcon(icon("close", palette.secondary))

    @Slot(bool)
    def _on_action(self, checked: bool = False) -> None:
        chosen = self._on_chosen
        self.dismiss()
        if chosen is not None:
            chosen()

    @Slot(bool)
    def _on_other(self, checked: bool = False) -> None:
        chosen = self._other_chosen
        self.dismiss()
        if chosen is not None:
            chosen()

    @Slot(bool)
    def _on_close(self, checked: bool = False) -> None:
        self.dismiss()
