"""One checkpoint in the manager: what it is, whether it fits, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, SignalInstance, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qvim_studio.core.capabilities import VoiceRoute
from qvim_studio.core.checkpoint_choice import CheckpointChoice
from qvim_studio.core.request import VramMode
from qvim_studio.jobs.checkpoint_shelf import Transfer
from qvim_studio.jobs.engine.memory_watch import GIB, Memory
from qvim_studio.session.figures import seconds_text
from qvim_studio.ui.widgets.card import Card, ElidedLabel
from qvim_studio.ui.widgets.icons import icon
from qvim_studio.ui.widgets.theme import GRID, StudioTheme
from qvim_studio.ui.widgets.tips import set_tip

BADGE_KINDS = {"yes": "good", "no": "bad"}


class CheckpointRow(Card):
    """Signals, each with the checkpoint's id: use_clicked, download_clicked, pause_clicked,
    cancel_clicked, verify_clicked, remove_clicked; voice_clicked with that of its voice part."""

    use_clicked = Signal(object)
    download_clicked = Signal(object)
    pause_clicked = Signal(object)
    cancel_clicked = Signal(object)
    verify_clicked = Signal(object)
    remove_clicked = Signal(object)
    voice_clicked = Signal(object)

    def __init__(
        self, theme: StudioTheme, choice: CheckpointChoice, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent=parent)
        self.choice = choice
        name = ElidedLabel(self)
        name.setObjectName("cardTitle")
        name.setText(choice.title)
        # As wide as it needs; where there is no room for that, it ends in dots.
        name.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        badge = self._badge(self._selling(), BADGE_KINDS.get(choice.commercial, "mixed"))
        set_tip(badge, self.tr("Commercial use of the sounds. Licence: {0}").format(choice.licence))
        self.facts = ElidedLabel(self)
        self.fit = ElidedLabel(self)
        self.fit.setObjectName("caption")
        top = QHBoxLayout()
        top.setSpacing(GRID)
        top.addWidget(name)
        top.addWidget(badge)
        top.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addLayout(top)
        self.badges = [self._badge(text, "plain") for text in self._traits()]
        words.addLayout(_row_of(self.badges))
        words.addWidget(self.facts)
        words.addWidget(self.fit)
        self.use = self._button(self.tr("Use"), self.use_clicked)
        self.download = self._button(self.tr("Download"), self.download_clicked)
        self.voice = self._button(self.tr("Add voice"), self.voice_clicked, choice.voice_part)
        set_tip(
            self.voice,
            self.tr(
                "Download the CLAP model that this checkpoint was trained with ({0}), so "
                "that it can hear imitations"
            ).format(size_text(choice.voice_bytes)),
        )
        self.pause = self._button(self.tr("Pause"), self.pause_clicked)
        self.cancel = self._button(self.tr("Cancel"), self.cancel_clicked)
        self.more = QToolButton(self)
        self.more.setIcon(icon("more", theme.palette.secondary))
        self.more.setAccessibleName(self.tr("More about {0}").format(choice.title))
        set_tip(self.more, self.tr("Check, remove"))
        self.more.clicked.connect(self._on_more)
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addLayout(words, 1)
        for button in (self.voice, self.use, self.download, self.pause, self.cancel, self.more):
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setAccessibleName(self.tr("Download of {0}").format(choice.title))
        self.speed = QLabel(self)
        self.speed.setObjectName("caption")
        self.body.setContentsMargins(2 * GRID, 12, 12, 12)
        self.body.addLayout(line)
        self.body.addWidget(self.bar)
        self.body.addWidget(self.speed)

    def show_state(self, is_used: bool, is_offline: bool, transfer: Transfer | None) -> None:
        """transfer: the download that runs, of this checkpoint or of another."""
        choice = self.choice
        is_moving = transfer is not None and transfer.id in (choice.id, choice.voice_part)
        self.use.setVisible(choice.is_installed and not choice.is_upscaler)
        self.use.setEnabled(not is_used)
        self.use.setText(self.tr("In use") if is_used else self.tr("Use"))
        self.download.setVisible(not choice.is_installed and bool(choice.repo) and not is_moving)
        self.voice.setVisible(choice.can_learn_to_hear and not is_moving)
        for button in (self.download, self.voice):
            button.setEnabled(transfer is None and not is_offline)
        for widget in (self.pause, self.cancel, self.bar, self.speed):
            widget.setVisible(is_moving)
        self.more.setVisible(choice.is_installed or choice.is_own)
        where = self._place()
        hears = "" if is_moving else self._hearing()
        gate = self.tr("terms to accept first") if self._is_behind_gate() else ""
        is_unknown = choice.licence == "unknown"
        licence = self.tr("licence unknown") if is_unknown else choice.licence
        facts = (where, gate, licence, hears)
        self.facts.setText("  ·  ".join(filter(None, facts)))
        if transfer is not None and is_moving:
            self._show_transfer(transfer)

    def _badge(self, text: str, kind: str) -> QLabel:
        badge = QLabel(text, self)
        badge.setObjectName("badge")
        badge.setProperty("kind", kind)
        return badge

    def _selling(self) -> str:
        """May the sounds be sold, in plain words."""
        words = {
            "yes": self.tr("sounds may be sold"),
            "no": self.tr("not for sale"),
            "conditional": self.tr("sale under conditions"),
        }
        return words.get(self.choice.commercial, self.choice.commercial)

    def _traits(self) -> list[str]:
        """What is short to say of it: its sound, its memory, how a voice enters."""
        memory = self.choice.memory.values()
        needs = self.tr("needs {0:.1f} GB").format(min(memory) / GIB) if memory else ""
        return [text for text in (self._sound(), needs, self._entrance()) if text]

    def _is_behind_gate(self) -> bool:
        return self.choice.is_gated and not self.choice.is_installed

    def _sound(self) -> str:
        """What a checkpoint makes before it is finished: "44.1 kHz stereo"."""
        if self.choice.is_upscaler:
            return self.tr("adds highs up to {0:g} kHz").format(self.choice.reach_hz / 1000)
        capabilities = self.choice.capabilities
        if capabilities is None:
            return ""
        channels = self.tr("stereo") if capabilities.channels == 2 else self.tr("mono")
        return f"{capabilities.sample_rate_hz / 1000:g} kHz {channels}"

    def _hearing(self) -> str:
        """That an imitation does not enter, where something can be done about it."""
        choice = self.choice
        is_deaf = choice.is_installed and not choice.hears_voice and not choice.is_upscaler
        return self.tr("hears words only") if is_deaf else ""

    def _entrance(self) -> str:
        """How an imitation enters; of one that does not hear it is said elsewhere."""
        choice, capabilities = self.choice, self.choice.capabilities
        is_deaf = choice.is_installed and not choice.hears_voice
        if capabilities is None or choice.is_upscaler or is_deaf:
            return ""
        routes = {
            VoiceRoute.ADAPTER: self.tr("hears your voice"),
            VoiceRoute.TOWER: self.tr("hears your voice"),
            VoiceRoute.START: self.tr("starts from your voice"),
            VoiceRoute.MELODY: self.tr("follows your melody"),
            VoiceRoute.WORDS: self.tr("takes words"),
            VoiceRoute.NONE: self.tr("takes words"),
        }
        return routes[capabilities.voice_route]

    def show_fit(self, memory: Memory | None) -> None:
        """Does it fit this machine, and how?"""
        if memory is None or not self.choice.memory:
            self.fit.setText(self.tr("Its memory needs are unknown"))
            return
        mode = self.choice.best_mode(memory.gpu_total, memory.total)
        if mode is None:
            least = min(self.choice.memory.values()) / GIB
            self.fit.setText(
                self.tr("Too large for this computer: needs at least {0:.1f} GB").format(least)
            )
            return
        takes = self.choice.memory[mode] / GIB
        if mode is VramMode.CPU:
            text = self.tr("Fits this computer (no GPU needed): about {0:.1f} of {1:.0f} GB")
            self.fit.setText(text.format(takes, memory.total / GIB))
        else:
            text = self.tr("Fits this GPU in mode {0}: about {1:.1f} of {2:.0f} GB")
            self.fit.setText(text.format(mode.value, takes, memory.gpu_total / GIB))

    def make_menu(self) -> QMenu:
        """What is done rarely."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Check the files"), self._on_verify)
        removes = menu.addAction(
            self.tr("Remove from the list…") if self.choice.is_own else self.tr("Remove…"),
            self._on_remove,
        )
        removes.setEnabled(self.choice.is_own or bool(self.choice.repo))
        return menu

    def _show_transfer(self, transfer: Transfer) -> None:
        if not transfer.total:
            self.bar.setValue(0)
            self.speed.setText(self.tr("Asking the hub for the list of files…"))
            return
        self.bar.setValue(round(1000 * transfer.here / transfer.total))
        moved = self.tr("{0:,.0f} of {1:,.0f} MB  ·  {2:.1f} MB/s")
        converted = self.tr("Converting: {0:,.0f} of {1:,.0f} MB  ·  {2:.1f} MB/s")
        text = (converted if transfer.is_converting else moved).format(
            transfer.here / 1e6, transfer.total / 1e6, transfer.bytes_per_s / 1e6
        )
        left = transfer.seconds_left
        if left is not None:
            text += "  ·  " + self.tr("{0} left").format(seconds_text(left))
        self.speed.setText(text)

    def _place(self) -> str:
        choice = self.choice
        size = size_text(choice.size_bytes)
        if choice.is_own and not choice.is_installed:
            return self.tr("Your own folder, missing or damaged")
        if not choice.is_installed:
            return self.tr("Not installed  ·  {0} to download").format(size)
        if choice.is_own:
            return self.tr("Your own folder  ·  {0}").format(size)
        if choice.repo:
            return self.tr("Installed  ·  {0}").format(size)
        return self.tr("Comes with the studio  ·  {0}").format(size)

    def _button(self, text: str, clicked: SignalInstance, id: str = "") -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.setAccessibleName(f"{text}: {self.choice.title}")
        button.clicked.connect(lambda: clicked.emit(id or self.choice.id))
        return button

    @Slot()
    def _on_more(self) -> None:
        self.make_menu().popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _on_verify(self) -> None:
        self.verify_clicked.emit(self.choice.id)

    def _on_remove(self) -> None:
        self.remove_clicked.emit(self.choice.id)


def _row_of(widgets: Sequence[QWidget]) -> QHBoxLayout:
    """Side by side, from the left."""
    row = QHBoxLayout()
    row.setContentsMargins(0, 2, 0, 2)
    row.setSpacing(GRID // 2)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row


def size_text(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
