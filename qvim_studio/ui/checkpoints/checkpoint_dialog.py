"""The checkpoint manager: lists checkpoints with size, licence and memory."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from qvim_studio.core.errors import StudioError
from qvim_studio.jobs.checkpoint_manager import (
    CheckpointListing,
    CheckpointManager,
    PickledWeights,
    Transfer,
)
from qvim_studio.jobs.engine.memory_watch import Memory
from qvim_studio.ui.checkpoints.checkpoint_row import CheckpointRow, size_text
from qvim_studio.ui.widgets.card import dialog_title
from qvim_studio.ui.widgets.fitting import Column, resize_on_screen
from qvim_studio.ui.widgets.override import logs_errors
from qvim_studio.ui.widgets.question import ask
from qvim_studio.ui.widgets.theme import GRID, StudioTheme
from qvim_studio.ui.window.dropping import local_files
from qvim_studio.ui.window.message_bar import MessageBar

SIZE = (760, 660)
WEIGHTS = "*.ckpt *.pt *.pth *.bin *.safetensors"
KINDS = ("effects", "music", "highs")  # of what is made, in the order in which they are shown


def _place_of(makes: str) -> tuple[int, str]:
    """The place of a group; unknown groups come last."""
    return (KINDS.index(makes) if makes in KINDS else len(KINDS), makes)


class CheckpointDialog(QDialog):
    """Lists, downloads, adds and removes checkpoints. A download continues after the dialog is
    closed.

    Signal: chosen (id of a checkpoint to use).
    """

    chosen = Signal(object)

    def __init__(
        self,
        theme: StudioTheme,
        manager: CheckpointManager,
        used: str,
        memory: Memory | None,
        parent: QWidget | None = None,
    ) -> None:
        """used: id of the checkpoint in use. memory: of this machine, None if unknown."""
        super().__init__(parent)
        self._theme = theme
        self._manager = manager
        self._used = used
        self._memory = memory
        self.rows: dict[str, CheckpointRow] = {}
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAcceptDrops(True)
        resize_on_screen(self, *SIZE)
        heading = dialog_title(self, self.tr("Checkpoints"))
        note = QLabel(
            self.tr(
                "Checkpoints are the models that make the sounds. Drop a "
                "folder or a file here to add your own."
            ),
            self,
        )
        note.setObjectName("caption")
        note.setWordWrap(True)
        self.messages = MessageBar(theme, self)
        self.headings: list[QLabel] = []
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, GRID, 0)
        self._list.setSpacing(GRID)
        column = Column(self)
        column.panels.addLayout(self._list)
        column.panels.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        layout.setSpacing(12)
        layout.addWidget(heading)
        layout.addWidget(note)
        layout.addWidget(column, 1)
        layout.addLayout(self._make_foot())
        manager.changed.connect(self.show_listing)
        manager.progressed.connect(self._on_progressed)
        manager.stopped.connect(self._show_states)
        manager.noticed.connect(self.messages.show_notice)
        manager.failed.connect(self._on_failed)
        manager.consent_wanted.connect(self._ask_for_consent)
        if manager.listing is not None:
            self.show_listing(manager.listing)
        manager.refresh()

    def _make_foot(self) -> QHBoxLayout:
        self.disk = QLabel(self)
        self.disk.setObjectName("caption")
        self.disk.setWordWrap(True)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, GRID, 0)
        row.setSpacing(GRID)
        row.addWidget(self.disk, 1)
        self.add = QPushButton(self.tr("Add your own"), self)
        self.add.setAutoDefault(False)
        ways = QMenu(self.add)
        ways.addAction(self.tr("Add a folder…"), self._choose_folder)
        ways.addAction(self.tr("Add a file…"), self._choose_file)
        self.add.setMenu(ways)
        self._close = QPushButton(self.tr("Close"), self)
        self._close.setObjectName("primary")
        self._close.setDefault(True)
        self._close.clicked.connect(self.accept)
        self._close.setFocus()
        row.addWidget(self.add)
        row.addWidget(self._close)
        return row

    @Slot(object)
    def show_listing(self, listing: CheckpointListing) -> None:
        """Show the checkpoints; rows are rebuilt only if an entry changed."""
        shown = {id: row.entry for id, row in self.rows.items()}
        if shown != {entry.id: entry for entry in listing.entries}:
            for widget in (*self.rows.values(), *self.headings):
                self._list.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
            self.rows, self.headings = {}, []
            has_kinds = len({entry.makes for entry in listing.entries}) > 1
            ordered = sorted(listing.entries, key=lambda entry: _place_of(entry.makes))
            kind = ""
            for entry in ordered:
                if has_kinds and entry.makes != kind:
                    self._add_heading(entry.makes)
                kind = entry.makes
                row = self.rows[entry.id] = CheckpointRow(self._theme, entry, self)
                row.use_clicked.connect(self._on_use)
                row.download_clicked.connect(self._on_download)
                row.voice_clicked.connect(self._on_download)
                row.pause_clicked.connect(self._on_pause)
                row.cancel_clicked.connect(self._on_cancel)
                row.verify_clicked.connect(self._on_verify)
                row.remove_clicked.connect(self._ask_to_remove)
                row.show_fit(self._memory)
                self._list.addWidget(row)
                self.setTabOrder(row.more, self.add)
            self.setTabOrder(self.add, self._close)
        used = sum(entry.size_bytes for entry in listing.entries if entry.is_installed)
        text = self.tr("{0} in checkpoints  ·  {1} free on the disk").format(
            size_text(used), size_text(listing.free_bytes)
        )
        if listing.is_offline:
            text += "  ·  " + self.tr("offline mode: no downloads")
        self.disk.setText(text)
        self._show_states()

    def _add_heading(self, makes: str) -> None:
        """Add the heading over the checkpoints of one kind."""
        words = {
            "effects": self.tr("Sound effects"),
            "music": self.tr("Music"),
            "highs": self.tr("Highs for any sound"),
        }
        heading = QLabel(words.get(makes, makes), self)
        heading.setObjectName("caption")
        self.headings.append(heading)
        self._list.addWidget(heading)

    @Slot()
    def _show_states(self) -> None:
        listing = self._manager.listing
        for row in self.rows.values():
            is_offline = listing is not None and listing.is_offline
            row.show_state(row.entry.id == self._used, is_offline, self._manager.transfer)

    @Slot(object)
    def _on_progressed(self, transfer: Transfer) -> None:
        self._show_states()

    @Slot(object)
    def _on_failed(self, error: StudioError) -> None:
        self.messages.show_error(str(error))

    @Slot(object)
    def _on_use(self, id: str) -> None:
        self._used = id
        self.chosen.emit(id)
        self._show_states()

    @Slot(object)
    def _on_download(self, id: str) -> None:
        self.messages.clear()
        self._manager.download(id)

    @Slot(object)
    def _on_pause(self, id: str) -> None:
        self._manager.pause()
        self.messages.show_notice(self.tr("Paused. Download continues from here."))

    @Slot(object)
    def _on_cancel(self, id: str) -> None:
        self._manager.cancel()

    @Slot(object)
    def _on_verify(self, id: str) -> None:
        title = self.rows[id].entry.title
        self.messages.show_notice(self.tr("Checking the files of {0}…").format(title))
        self._manager.verify(id)

    @Slot(object)
    def _ask_to_remove(self, id: str) -> None:
        entry = self.rows[id].entry
        if entry.is_import:
            text = self.tr("Delete {0} from this computer? The file that it was made from stays.")
        elif entry.is_own:
            text = self.tr("Remove {0} from the list? The folder itself is not changed.")
        else:
            text = self.tr("Delete {0} from this computer? It can be downloaded again.")
        ask(
            self,
            self.tr("Remove a checkpoint"),
            text.format(entry.title),
            self.tr("Remove"),
            partial(self._manager.remove, id),
        )

    @Slot(object)
    def _ask_for_consent(self, found: PickledWeights) -> None:
        text = self.tr(
            "{0} holds pickled weights ({1}), a format that can contain programs. They can "
            "be converted to safetensors by reading only the tensors, without running "
            "anything. Do you trust the source?"
        ).format(found.name, ", ".join(found.files))
        ask(self, self.tr("Pickled weights"), text, self.tr("Convert and add"), found.allow)

    @Slot()
    def _choose_folder(self) -> None:
        title = self.tr("Choose the folder of a checkpoint")
        self._choose(title, QFileDialog.FileMode.Directory)

    @Slot()
    def _choose_file(self) -> None:
        title = self.tr("Choose the file of a checkpoint")
        self._choose(title, QFileDialog.FileMode.ExistingFile)

    def _choose(self, title: str, mode: QFileDialog.FileMode) -> None:
        dialog = QFileDialog(self, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(mode)
        if mode is QFileDialog.FileMode.ExistingFile:
            dialog.setNameFilters(
                [self.tr("Weights ({0})").format(WEIGHTS), self.tr("All files (*)")]
            )
        dialog.fileSelected.connect(self._on_chosen)
        dialog.open()

    @Slot(str)
    def _on_chosen(self, path: str) -> None:
        self.messages.show_notice(self.tr("Reading {0}…").format(Path(path).name))
        self._manager.import_source(Path(path), self._used)

    @logs_errors()
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    @logs_errors()
    def dropEvent(self, event: QDropEvent) -> None:
        paths = local_files(event.mimeData())
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if len(paths) == 1:
            self._on_chosen(str(paths[0]))
        else:
            self.messages.show_notice(
                self.tr("A checkpoint is one folder or file. Drop one at a time.")
            )
