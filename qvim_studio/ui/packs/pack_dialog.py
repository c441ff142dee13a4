"""Turns chosen sounds into a sample pack: everything can be checked before it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from qvim_studio.core.errors import StudioError
from qvim_studio.export.packs.pack_plan import (
    PackOptions,
    PackPlan,
    PlannedClip,
    is_guess,
    name_sources,
    plan_clips,
)
from qvim_studio.export.packs.pack_sources import PackSource
from qvim_studio.export.packs.pack_writer import (
    PackProgress,
    PackReport,
    has_partial,
    missing_bytes,
)
from qvim_studio.export.ucs.categories import categories
from qvim_studio.jobs.background_tasks import BackgroundTasks
from qvim_studio.jobs.listening.category_listening import find_categories
from qvim_studio.jobs.listening.listening_process import ListeningProcess
from qvim_studio.jobs.pack_exporter import PackExporter
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.session.figures import count_text, number_text, seconds_text
from qvim_studio.session.sentences import own_words
from qvim_studio.ui.packs.chosen_sounds import common_name, sources_of
from qvim_studio.ui.packs.pack_form import PackForm
from qvim_studio.ui.packs.pack_progress import done_text, phase_text, warning_text
from qvim_studio.ui.packs.pack_table import CATEGORY, PackTable, PackTableModel, changed_rows
from qvim_studio.ui.widgets.card import ElidedLabel, dialog_title
from qvim_studio.ui.widgets.fitting import resize_on_screen
from qvim_studio.ui.widgets.theme import GRID, StudioTheme
from qvim_studio.ui.widgets.tips import set_tip

PREVIEW_MS = 120  # after the last key press
SIZE = (920, 720)


class PackDialog(QDialog):
    """Signals: remembered (dict: the fields for the next time), reveal_requested (Path)."""

    remembered = Signal(object)
    reveal_requested = Signal(object)

    def __init__(
        self,
        theme: StudioTheme,
        tasks: BackgroundTasks,
        exporter: PackExporter,
        listening: ListeningProcess,
        choices: Mapping[str, Sequence[ClipEntry]],
        values: Mapping[str, str],
        default_folder: Path,
        parent: QWidget | None = None,
    ) -> None:
        """choices: sets of clips by the name they are offered under; the first is shown."""
        super().__init__(parent)
        self._tasks = tasks
        self._exporter = exporter
        self._listening = listening
        self._sources: tuple[PackSource, ...] = ()
        self._plan: PackPlan | None = None
        self._report: PackReport | None = None
        self._closing = False
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        resize_on_screen(self, *SIZE)
        self.model = PackTableModel(theme, self)
        self._build(choices)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PREVIEW_MS)
        self._timer.timeout.connect(self.refresh)
        entries = next(iter(choices.values()), ())
        self.form.show_values(values, common_name(entries), default_folder)
        self._connect()
        self._read_chosen()
        self.form.name.setFocus()

    def _build(self, choices: Mapping[str, Sequence[ClipEntry]]) -> None:
        """Build the widgets in the order of Tab."""
        title = dialog_title(self, self.tr("Export sample pack"))
        hint = ElidedLabel(self)  # a label that wraps would let the layout squeeze the form
        hint.setObjectName("caption")
        hint.setText(self.tr("Double-click to rename; Del removes a sound from the pack"))
        self.listen = QPushButton(self.tr("Suggest categories by ear"), self)
        set_tip(
            self.listen,
            self.tr(
                "Sounds whose words name no category get that of the most similar bundled "
                "sounds. If rows are selected, only those are changed"
            ),
        )
        self.choice = QComboBox(self)
        self.choice.setAccessibleName(self.tr("Which sounds"))
        for name, entries in choices.items():
            self.choice.addItem(f"{name} ({number_text(len(entries), ',')})", tuple(entries))
        self.form = PackForm(self)
        self.table = PackTable(self.model, self)
        self.table.setAccessibleName(self.tr("Sounds in the pack"))
        self.summary = ElidedLabel(self)
        self.problem = QLabel(self)
        self.problem.setObjectName("problem")
        self.problem.setWordWrap(True)
        self.problem.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.leave_out = QPushButton(self.tr("Leave them out"), self)
        self.progress = QProgressBar(self)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Progress"))
        self.reveal = QPushButton(self.tr("Show in folder"), self)
        self.cancel = QPushButton(self.tr("Cancel"), self)
        self.export = QPushButton(self.tr("Export"), self)
        for button in (self.listen, self.leave_out, self.reveal, self.cancel, self.export):
            button.setAutoDefault(False)
        self.export.setObjectName("primary")
        self.cancel.setMinimumWidth(96)
        self.export.setMinimumWidth(96)
        head = _row(title, None, self.listen, self.choice)
        sounds = QVBoxLayout()
        sounds.setSpacing(GRID // 2)
        sounds.addWidget(hint)
        sounds.addWidget(self.table, 1)
        warning = QHBoxLayout()
        warning.setSpacing(2 * GRID)
        warning.addWidget(self.problem, 1)
        warning.addWidget(self.leave_out, 0, Qt.AlignmentFlag.AlignTop)
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        foot.addWidget(self.summary, 1)
        foot.addWidget(self.reveal)
        foot.addWidget(self.cancel)
        foot.addWidget(self.export)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        layout.setSpacing(2 * GRID)
        layout.addLayout(head)
        layout.addWidget(self.form)
        layout.addLayout(sounds, 1)
        layout.addLayout(warning)
        layout.addWidget(self.progress)
        layout.addLayout(foot)
        for widget in (self.leave_out, self.progress, self.reveal, self.problem):
            widget.hide()

    def _connect(self) -> None:
        self.form.changed.connect(self._timer.start)
        self.choice.activated.connect(self._read_chosen)
        self.model.edited.connect(self._on_edited)
        self.table.removal_requested.connect(self._on_removal)
        self.listen.clicked.connect(self._on_listen)
        self.leave_out.clicked.connect(self._on_leave_out)
        self.export.clicked.connect(self._on_export)
        self.cancel.clicked.connect(self._on_cancel)
        self.reveal.clicked.connect(self._on_reveal)
        self._exporter.progressed.connect(self._on_progressed)
        self._exporter.finished.connect(self._on_finished)
        self._exporter.ended.connect(self._on_ended)

    @property
    def sources(self) -> tuple[PackSource, ...]:
        return self._sources

    @Slot()
    def _read_chosen(self) -> None:
        entries: Sequence[ClipEntry] = self.choice.currentData() or ()
        self._sources = ()
        self.export.setEnabled(False)
        self.summary.setText(self.tr("Reading the sounds…"))
        self._tasks.run(partial(sources_of, entries), self._on_read, self._show_error)

    def _on_read(self, sources: tuple[PackSource, ...]) -> None:
        if self._closing:
            return
        left = len(self.choice.currentData() or ()) - len(sources)
        self._sources = sources
        self.refresh()
        if left:
            self.summary.setText(
                count_text(left, self.tr("1 file is gone"), self.tr("{0} files are missing"))
                + f"  ·  {self.summary.text()}"
            )

    @Slot()
    def refresh(self) -> None:
        """Show the names as they will be, and any problem."""
        if self._exporter.is_running:
            return
        self._plan = self._report = None
        self.reveal.hide()
        self.leave_out.hide()
        self._say("")
        self.cancel.setText(self.tr("Cancel"))
        try:
            options = self.form.options()
            clips = name_sources(self._sources, options)
        except StudioError as error:
            self.export.setEnabled(False)
            self._say(str(error))
            return
        self.model.show_clips(clips, options.is_commercial)
        self._show_state(clips, options)

    def _show_state(self, clips: Sequence[PlannedClip], options: PackOptions) -> None:
        """Show the licence guard and the free space."""
        count, seconds = len(self._sources), sum(s.frames / s.sample_rate for s in self._sources)
        sounds = count_text(count, self.tr("1 sound"), self.tr("{0} sounds"))
        parts = [sounds, seconds_text(seconds)]
        self.export.setEnabled(False)
        try:
            self._plan = plan = plan_clips(clips, options)
        except StudioError as error:
            self.leave_out.show()
            self._say(str(error))
        else:
            lack = missing_bytes(plan, self.form.target)
            parts.append(self.tr("{0:.0f} MB of WAV").format(max(plan.audio_bytes / 1e6, 1)))
            if lack:
                text = self.tr(
                    "The disk of {1} lacks {0:.0f} MB of free space. Choose another folder."
                )
                self._say(text.format(lack / 1e6, self.form.target))
            self.export.setEnabled(count > 0 and not lack and not self.form.missing)
        if self.form.missing:
            parts = [self.tr("Still to fill in: {0}").format(", ".join(self.form.missing)), *parts]
        self.summary.setText("  ·  ".join(parts))
        is_partial = has_partial(self.form.target, options)
        self.export.setText(self.tr("Go on") if is_partial else self.tr("Export"))

    def _say(self, text: str) -> None:
        self.problem.setText(own_words(text))
        self.problem.setVisible(bool(text))

    @Slot(int, int, str)
    def _on_edited(self, row: int, column: int, text: str) -> None:
        """Apply the text typed into a selected row to all selected rows."""
        selected = self.table.selected_rows()
        rows = selected if row in selected else [row]
        if column == CATEGORY:
            known = {cat_id.lower(): cat_id for cat_id in categories()}
            if text.lower() not in known:
                self._say(
                    self.tr("“{0}” is not a UCS category. Choose one from the list.").format(text)
                )
                return
            changes = {"cat_id": known[text.lower()]}
        else:
            changes = {"title": text}
        self._sources = changed_rows(self._sources, rows, lambda s: s.with_changes(**changes))
        self._timer.start()

    @Slot(object)
    def _on_removal(self, rows: list[int]) -> None:
        if not self._exporter.is_running:
            gone = set(rows)
            kept = (s for number, s in enumerate(self._sources) if number not in gone)
            self._sources = tuple(kept)
            self.refresh()

    @Slot()
    def _on_listen(self) -> None:
        selected = self.table.selected_rows()
        chosen = [self._sources[row] for row in selected] or self._sources
        paths = [source.path for source in chosen if selected or is_guess(source)]
        if not paths:
            self.summary.setText(self.tr("The words of every sound already name its category."))
            return
        self.listen.setEnabled(False)
        self.summary.setText(self.tr("Listening…"))
        self._tasks.run(
            partial(find_categories, paths, self._listening),
            self._on_categories_found,
            self._on_listening_failed,
        )

    def _on_categories_found(self, found: Mapping[Path, str]) -> None:
        if self._closing:
            return
        self.listen.setEnabled(True)
        self._sources = tuple(
            source.with_changes(cat_id=found.get(source.path, source.cat_id))
            for source in self._sources
        )
        self.refresh()

    def _on_listening_failed(self, error: StudioError) -> None:
        if not self._closing:
            self.listen.setEnabled(True)
            self._show_error(error)

    @Slot()
    def _on_leave_out(self) -> None:
        self._sources = tuple(source for source in self._sources if source.may_be_sold)
        self.refresh()

    @Slot()
    def _on_export(self) -> None:
        self._timer.stop()
        self.refresh()
        if self.export.isEnabled() and self._plan is not None:
            self.remembered.emit(self.form.values())
            self._set_running(True)
            self._exporter.start(self._plan, self.form.target)

    def _set_running(self, is_running: bool) -> None:
        for widget in (self.form, self.choice, self.table, self.export, self.listen):
            widget.setEnabled(not is_running)
        self.progress.setRange(0, 0)
        self.progress.setVisible(is_running)
        self.cancel.setText(self.tr("Stop") if is_running else self.tr("Close"))

    @Slot(object)
    def _on_progressed(self, progress: PackProgress) -> None:
        total = len(self._sources)
        self.progress.setRange(0, total + 1)
        self.progress.setValue(progress.done if progress.phase == "sounds" else total)
        self.summary.setText(phase_text(progress))

    @Slot(object)
    def _on_finished(self, report: PackReport) -> None:
        self._set_running(False)
        self._report = report
        self.export.setEnabled(False)
        self.reveal.show()
        self.reveal.setFocus()
        self.summary.setText(done_text(report))
        self._say_warnings(report.warnings)

    def _say_warnings(self, warnings: Sequence[str]) -> None:
        if warnings:
            others = len(warnings) - 3
            more = self.tr("\n… and {0} more").format(others) if others > 0 else ""
            self._say("\n".join(map(warning_text, warnings[:3])) + more)

    @Slot(object)
    def _on_ended(self, error: StudioError | None) -> None:
        self._set_running(False)
        self.refresh()
        if error is not None:
            self._say(str(error))
        else:
            self.summary.setText(self.tr("Stopped. Finished files are kept."))

    def _show_error(self, error: StudioError) -> None:
        if not self._closing:
            self.summary.setText("")
            self._say(str(error))

    @Slot()
    def _on_cancel(self) -> None:
        if self._exporter.is_running:
            self._exporter.cancel()
        else:
            self.reject()

    @Slot()
    def _on_reveal(self) -> None:
        if self._report is not None:
            self.reveal_requested.emit(self._report.folder)

    def reject(self) -> None:
        """Stop a running export, whose finished sounds are kept for the next time, and close."""
        self._closing = True
        self._exporter.cancel()
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._closing = True
        self._exporter.cancel()
        super().closeEvent(event)


def _row(*widgets: QWidget | None) -> QHBoxLayout:
    """A row of widgets; None is a gap that grows."""
    row = QHBoxLayout()
    row.setSpacing(2 * GRID)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget)
    return row
