"""What is known of the selected clips, and what the user says about them."""

from __future__ import annotations

import json
import time
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
from qvim_studio.session.figures import seconds_text
from qvim_studio.ui.sounds.history_view import HistoryView
from qvim_studio.ui.widgets.fitting import FittingColumn
from qvim_studio.ui.widgets.match_text import match_text
from qvim_studio.ui.widgets.passing_field import PassingField
from qvim_studio.ui.widgets.soundness_text import flaws_text, soundness_text
from qvim_studio.ui.widgets.splitter import Splitter
from qvim_studio.ui.widgets.theme import GRID, roomy
from qvim_studio.ui.widgets.tips import set_tip
from qvim_studio.ui.window.header import COMMERCIAL_WORDS

MAX_RATING = 5


class DetailedList(Splitter):
    """A list over the details of what is selected in it: all of them, or what some rows of the
    list and half of the room leave to them.

    Both are made inside it, the list first: what moves there later is dressed twice.
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
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self.use, 1)
        buttons.addWidget(self.mend)
        buttons.addWidget(self.copy)
        self.setMinimumHeight(roomy(40))  # the list comes before it
        layout = self.panels
        layout.setContentsMargins(0, GRID // 2, GRID, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self.name)
        layout.addWidget(self.tags)
        layout.addLayout(marks)
        layout.addWidget(self._facts)
        layout.addLayout(buttons)
        self.show_entries([], None)

    def show_entries(self, entries: Sequence[ClipEntry], recipe: Recipe | None) -> None:
        """Show one clip with its recipe, or what several have in common; hides for none."""
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
        self.use.setVisible(recipe is not None)
        self.copy.setVisible(recipe is not None)
        flaws = flaws_text(_soundness_of(recipe) if is_single else None)
        self.mend.setVisible(bool(flaws))
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
        """Of a single clip; several have none in common. back: what gets the keyboard afterwards,
        where that is not the list."""
        self._edit(self.name, back)
        self.name.selectAll()

    @Slot()
    def edit_tags(self, back: QWidget | None = None) -> None:
        """Likewise."""
        self._edit(self.tags, back)

    def finish_editing(self) -> None:
        """Keep what is being typed before another clip is shown."""
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
            words = COMMERCIAL_WORDS.get(entry.commercial, entry.commercial)
            parts += [self.tr("fitted"), entry.checkpoint_title, entry.licence, words]
        elif recipe is not None:
            parts.append(f"{self.tr('seed')} {entry.seed}")
            parts += self._wishes_of(recipe.request)
            starts = {"noise": self.tr("pure noise"), "imitation": self.tr("my imitation")}
            start = starts.get(recipe.request.get("start", ""))
            started_from = sound_name(recipe.details.get("started_from") or "") or start
            if started_from:
                parts.append(self.tr("from {0}").format(started_from))
            anew = recipe.details.get("start_strength")
            if started_from and isinstance(anew, (int, float)):
                parts.append(self.tr("{0:.0f} % of it replaced").format(100 * anew))
            if recipe.request.get("timbre_sha256"):
                name = recipe.request.get("timbre_name") or self.tr("another sound")
                parts.append(self.tr("like {0}").format(name))
            parts.append(self._band_of(recipe.details))
            loudness = recipe.details.get("loudness_lufs")
            if isinstance(loudness, (int, float)):
                parts.append(f"{loudness:.1f} LUFS")
            soundness = _soundness_of(recipe)
            parts += [soundness_text(soundness), flaws_text(soundness)]
            words = COMMERCIAL_WORDS.get(entry.commercial, entry.commercial)
            parts += [entry.checkpoint_title, entry.licence, words]
        if entry.heard:
            heard = ", ".join(one.word for one in entry.heard)
            parts.append(self.tr("heard: {0}").format(heard))
        parts.append(time.strftime("%d %b %Y %H:%M", time.localtime(entry.created_s)))
        return "  ·  ".join(part for part in parts if part)

    def _band_of(self, details: Mapping[str, Any]) -> str:
        """How far up a sound is real, and how far its highs were added."""
        band_hz, reach_hz = details.get("bandwidth_hz"), details.get("extended_to_hz")
        if not isinstance(band_hz, (int, float)):
            return ""
        real = self.tr("real up to {0:.3g} kHz").format(band_hz / 1000)
        if not isinstance(reach_hz, (int, float)):
            return real
        return real + ", " + self.tr("highs added up to {0:.3g} kHz").format(reach_hz / 1000)

    def _wishes_of(self, request: Mapping[str, Any]) -> list[str]:
        """In the words of the controls that they were asked with."""
        words = (
            ("steps", self.tr("{0} steps"), 1),
            ("guidance", self.tr("guidance {0:g}"), 1),
            ("follow", self.tr("{0:.0f} % tight"), 100),
            ("balance", self.tr("{0:.0f} % text"), 100),
        )
        return [
            text.format(factor * request[key])
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
