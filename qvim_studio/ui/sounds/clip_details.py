"""Shows the facts of the selected clips and the user's own marks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QWidget,
)

from qvim_studio.audio.soundness import Soundness
from qvim_studio.core.text.file_names import sound_name
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.library.recipes import Recipe
from qvim_studio.session.figures import date_text, filled, number_text, seconds_text
from qvim_studio.ui.sounds.history_view import HistoryView
from qvim_studio.ui.widgets.fitting import FittingColumn
from qvim_studio.ui.widgets.match_text import match_text
from qvim_studio.ui.widgets.passing_field import PassingField
from qvim_studio.ui.widgets.reflow import Reflow
from qvim_studio.ui.widgets.soundness_text import flaws_text, soundness_text
from qvim_studio.ui.widgets.splitter import Splitter
from qvim_studio.ui.widgets.theme import GRID, roomy
from qvim_studio.ui.widgets.tips import set_tip
from qvim_studio.ui.window.header import commercial_text

MAX_RATING = 5


class DetailedList(Splitter):
    """A list above the details of its selection. The details get their whole height, limited by
    half of the room and by a few rows of the list.

    Both are created inside it, the list first, because a widget that moves later is styled twice.
    """

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Vertical, name, self._details_px, parent)

    def _details_px(self, room: int) -> float:
        clips, details = self.widget(0), self.widget(1)
        if not isinstance(clips, HistoryView) or details is None:
            return room / 2
        left = max(room - clips.wanted_height_px, details.minimumHeight())
        return min(details.sizeHint().height(), room / 2, left)


class ClipDetails(FittingColumn):
    """Signals: renamed (ClipEntry, str), tags_changed (list of ClipEntry, list of str),
    noted (ClipEntry, str), rated (list of ClipEntry, int), recipe_requested (list of ClipEntry),
    mend_requested (ClipEntry).
    """

    renamed = Signal(object, object)
    tags_changed = Signal(object, object)
    noted = Signal(object, object)
    rated = Signal(object, int)
    recipe_requested = Signal(object)
    mend_requested = Signal(object)

    def __init__(self, home: QWidget, parent: QWidget | None = None) -> None:
        """home: the list of the clips, which gets the keyboard back."""
        super().__init__(parent)
        self._home = self._back = home
        self._entries: list[ClipEntry] = []
        self._recipe: Recipe | None = None
        self.name = self._field(self.tr("Name"), self.tr("Name"))
        self.tags = self._field(self.tr("Tags"), self.tr("Tags, separated by commas"))
        self.note = self._field(self.tr("Note"), self.tr("Note"))
        self.rating = QComboBox(self)
        self.rating.setAccessibleName(self.tr("Rating"))
        self.rating.setPlaceholderText(self.tr("Rating"))
        for stars in range(MAX_RATING + 1):
            self.rating.addItem("★" * stars or self.tr("No rating"), stars)
        self._facts = QLabel(self)
        self._facts.setObjectName("caption")
        self._facts.setWordWrap(True)
        self._facts.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.use = QPushButton(self.tr("Use this recipe"), self)
        self.mend = QPushButton(self.tr("Mend"), self)
        self.copy = QPushButton(self.tr("Copy"), self)
        set_tip(self.copy, self.tr("Copy the whole recipe as text"))
        self.name.editingFinished.connect(self._on_named)
        self.tags.editingFinished.connect(self._on_tagged)
        self.note.editingFinished.connect(self._on_noted)
        self.rating.activated.connect(self._on_rated)
        self.use.clicked.connect(self._on_use)
        self.copy.clicked.connect(self._on_copy)
        self.mend.clicked.connect(self._on_mend)
        marks = QHBoxLayout()
        marks.setSpacing(GRID)
        marks.addWidget(self.note, 1)
        marks.addWidget(self.rating)
        self._buttons = Reflow([(self.use, 2), (self.mend, 1), (self.copy, 1)], GRID, self)
        self.setMinimumHeight(roomy(40))  # the list has priority
        layout = self.panels
        layout.setContentsMargins(0, GRID // 2, GRID, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self.name)
        layout.addWidget(self.tags)
        layout.addLayout(marks)
        layout.addWidget(self._facts)
        layout.addWidget(self._buttons)
        self.show_entries([], None)

    def show_entries(self, entries: Sequence[ClipEntry], recipe: Recipe | None) -> None:
        """Show one clip with its recipe, or the common values of several; hides without clips."""
        self._entries, self._recipe = list(entries), recipe
        self.setVisible(bool(entries))
        if not entries:
            return
        first, is_single = entries[0], len(entries) == 1
        for field in (self.name, self.note):
            field.setVisible(is_single)
        self.name.show_text(first.title)
        self.note.show_text(first.note)
        common = set(first.tags).intersection(*(entry.tags for entry in entries))
        self.tags.show_text(", ".join(sorted(common)))
        self.tags.setPlaceholderText(
            self.tr("Tags, separated by commas") if is_single else self.tr("Add tags to all")
        )
        ratings = {entry.rating for entry in entries}
        self.rating.setCurrentIndex(ratings.pop() if len(ratings) == 1 else -1)
        flaws = flaws_text(_soundness_of(recipe) if is_single else None)
        self._buttons.show_parts([recipe is not None, bool(flaws), recipe is not None])
        set_tip(
            self.mend,
            self.tr("Write a copy without this: {0}. The sound itself stays.").format(flaws),
        )
        if is_single:
            self._facts.setText(self._facts_of(first, recipe))
        else:
            seconds = seconds_text(sum(entry.duration_s for entry in entries))
            self._facts.setText(self.tr("{0} sounds, {1} in all").format(len(entries), seconds))

    @Slot()
    def edit_name(self, back: QWidget | None = None) -> None:
        """Edit the name of a single clip; several clips have no common name. back: the widget that
        gets the keyboard afterwards, instead of the list."""
        self._edit(self.name, back)
        self.name.selectAll()

    @Slot()
    def edit_tags(self, back: QWidget | None = None) -> None:
        """Edit the tags. back: see ``edit_name``."""
        self._edit(self.tags, back)

    def finish_editing(self) -> None:
        """Save typed text before another clip is shown."""
        self._on_named()
        self._on_tagged()
        self._on_noted()

    def _edit(self, field: PassingField, back: QWidget | None) -> None:
        if field.isVisible():
            self._back = back or self._home
            field.setFocus()

    @Slot()
    def _on_left(self) -> None:
        self._back.setFocus()
        self._back = self._home

    def _field(self, name: str, hint: str) -> PassingField:
        field = PassingField(self)
        field.left.connect(self._on_left)
        field.setAccessibleName(name)
        field.setPlaceholderText(hint)
        field.setMaxLength(500)
        return field

    def _facts_of(self, entry: ClipEntry, recipe: Recipe | None) -> str:
        parts = [] if entry.match is None else [match_text(entry.match)]
        parts.append(seconds_text(entry.duration_s))
        if entry.is_fitted:
            words = commercial_text(entry.commercial)
            parts += [self.tr("fitted"), entry.checkpoint_title, entry.licence, words]
        elif recipe is not None:
            parts.append(f"{self.tr('seed')} {entry.seed}")
            parts += self._request_facts(recipe.request)
            starts = {"noise": self.tr("pure noise"), "imitation": self.tr("my imitation")}
            start = starts.get(recipe.request.get("start", ""))
            started_from = sound_name(recipe.details.get("started_from") or "") or start
            if started_from:
                parts.append(self.tr("from {0}").format(started_from))
            strength = recipe.details.get("start_strength")
            if started_from and isinstance(strength, (int, float)):
                parts.append(self.tr("{0:.0f} % of it replaced").format(100 * strength))
            if recipe.request.get("timbre_sha256"):
                name = recipe.request.get("timbre_name") or self.tr("another sound")
                parts.append(self.tr("like {0}").format(name))
            parts.append(self._band_of(recipe.details))
            loudness = recipe.details.get("loudness_lufs")
            if isinstance(loudness, (int, float)):
                parts.append(f"{number_text(loudness, '.1f')} LUFS")
            soundness = _soundness_of(recipe)
            parts += [soundness_text(soundness), flaws_text(soundness)]
            words = commercial_text(entry.commercial)
            parts += [entry.checkpoint_title, entry.licence, words]
        if entry.words:
            words = ", ".join(one.word for one in entry.words)
            parts.append(self.tr("heard: {0}").format(words))
        parts.append(date_text(entry.created_s, self.tr("dd MMM yyyy HH:mm")))
        return "  ·  ".join(part for part in parts if part)

    def _band_of(self, details: Mapping[str, Any]) -> str:
        """The upper limits of a sound's own band and of its added highs."""
        band_hz, reach_hz = details.get("bandwidth_hz"), details.get("extended_to_hz")
        if not isinstance(band_hz, (int, float)):
            return ""
        real = filled(self.tr("real up to {0:.3g} kHz"), band_hz / 1000)
        if not isinstance(reach_hz, (int, float)):
            return real
        added = filled(self.tr("highs added up to {0:.3g} kHz"), reach_hz / 1000)
        return f"{real}, {added}"

    def _request_facts(self, request: Mapping[str, Any]) -> list[str]:
        """The facts of a request, in the words of the controls."""
        words = (
            ("steps", self.tr("{0} steps"), 1),
            ("guidance", self.tr("guidance {0:g}"), 1),
            ("follow", self.tr("{0:.0f} % tight"), 100),
            ("balance", self.tr("{0:.0f} % text"), 100),
        )
        return [
            filled(text, factor * request[key])
            for key, text, factor in words
            if request.get(key) is not None
        ]

    @Slot()
    def _on_named(self) -> None:
        if self.name.take_edit():
            self.renamed.emit(self._entries[0], self.name.text())

    @Slot()
    def _on_tagged(self) -> None:
        if self.tags.take_edit():
            tags = [tag.strip() for tag in self.tags.text().split(",") if tag.strip()]
            self.tags_changed.emit(self._entries, tags)

    @Slot()
    def _on_noted(self) -> None:
        if self.note.take_edit():
            self.noted.emit(self._entries[0], self.note.text())

    @Slot(int)
    def _on_rated(self, rating: int) -> None:
        self.rated.emit(self._entries, rating)

    @Slot(bool)
    def _on_use(self, checked: bool = False) -> None:
        self.recipe_requested.emit(self._entries)

    @Slot(bool)
    def _on_mend(self, checked: bool = False) -> None:
        self.mend_requested.emit(self._entries[0])

    @Slot(bool)
    def _on_copy(self, checked: bool = False) -> None:
        if self._recipe is not None:
            whole = {
                "request": self._recipe.request,
                "seed": self._recipe.seed,
                "provenance": self._recipe.provenance,
            }
            text = json.dumps(whole, indent=2, ensure_ascii=False)
            QGuiApplication.clipboard().setText(text)


def _soundness_of(recipe: Recipe | None) -> Soundness | None:
    return None if recipe is None else Soundness.from_dict(recipe.details.get("soundness"))
