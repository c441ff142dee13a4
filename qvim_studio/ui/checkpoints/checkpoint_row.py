"""One checkpoint in the manager: its facts, whether it fits, and its buttons."""

from __future__ import annotations

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
from qvim_studio.core.checkpoint_entry import CheckpointEntry
from qvim_studio.core.request import VramMode
from qvim_studio.jobs.checkpoint_manager import Transfer
from qvim_studio.jobs.engine.memory_watch import GIB, Memory
from qvim_studio.session.figures import filled, number_text, seconds_text
from qvim_studio.ui.settings.memory_modes import mode_title
from qvim_studio.ui.widgets.card import Card, ElidedLabel
from qvim_studio.ui.widgets.flow import Flow
from qvim_studio.ui.widgets.icons import icon
from qvim_studio.ui.widgets.theme import GRID, StudioTheme
from qvim_studio.ui.widgets.tips import set_tip

BADGE_KINDS = {"yes": "good", "no": "bad"}


class CheckpointRow(Card):
    """Signals, each with the checkpoint's id: use_clicked, download_clicked, pause_clicked,
    cancel_clicked, verify_clicked, remove_clicked; voice_clicked, with the id of its voice part."""

    use_clicked = Signal(object)
    download_clicked = Signal(object)
    pause_clicked = Signal(object)
    cancel_clicked = Signal(object)
    verify_clicked = Signal(object)
    remove_clicked = Signal(object)
    voice_clicked = Signal(object)

    def __init__(
        self, theme: StudioTheme, entry: CheckpointEntry, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent=parent)
        self.entry = entry
        name = ElidedLabel(self)
        name.setObjectName("cardTitle")
        name.setText(entry.title)
        # As wide as the name needs; a longer name ends in dots.
        name.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        badge = self._badge(self._selling(), BADGE_KINDS.get(entry.commercial, "mixed"))
        set_tip(badge, self.tr("Commercial use of the sounds. Licence: {0}").format(entry.licence))
        self.facts = ElidedLabel(self)
        self.fit = ElidedLabel(self)
        self.fit.setObjectName("caption")
        top = QHBoxLayout()
        top.setSpacing(GRID)
        top.addWidget(name)
        top.addWidget(badge)
        top.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addLayout(top)
        self.badges = [self._badge(text, "plain") for text in self._traits()]
        words.addWidget(Flow(self.badges, GRID // 2, self))
        words.addWidget(self.facts)
        words.addWidget(self.fit)
        self.use = self._button(self.tr("Use"), self.use_clicked)
        self.download = self._button(self.tr("Download"), self.download_clicked)
        self.voice = self._button(self.tr("Add voice"), self.voice_clicked, entry.voice_part)
        set_tip(
            self.voice,
            self.tr(
                "Download the CLAP model that this checkpoint was trained with ({0}), so "
                "that it can hear imitations"
            ).format(size_text(entry.voice_bytes)),
        )
        self.pause = self._button(self.tr("Pause"), self.pause_clicked)
        self.cancel = self._button(self.tr("Cancel"), self.cancel_clicked)
        self.more = QToolButton(self)
        self.more.setIcon(icon("more", theme.palette.secondary))
        self.more.setAccessibleName(self.tr("More about {0}").format(entry.title))
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
        self.bar.setAccessibleName(self.tr("Download of {0}").format(entry.title))
        self.speed = QLabel(self)
        self.speed.setObjectName("caption")
        self.body.setContentsMargins(2 * GRID, 12, 12, 12)
        self.body.addLayout(line)
        self.body.addWidget(self.bar)
        self.body.addWidget(self.speed)

    def show_state(self, is_used: bool, is_offline: bool, transfer: Transfer | None) -> None:
        """Show what can be done now. transfer: the running download, of any checkpoint."""
        entry = self.entry
        is_moving = transfer is not None and transfer.id in (entry.id, entry.voice_part)
        self.use.setVisible(entry.is_installed and not entry.is_upscaler)
        self.use.setEnabled(not is_used)
        self.use.setText(self.tr("In use") if is_used else self.tr("Use"))
        self.download.setVisible(not entry.is_installed and bool(entry.repo) and not is_moving)
        self.voice.setVisible(entry.can_learn_to_hear and not is_moving)
        for button in (self.download, self.voice):
            button.setEnabled(transfer is None and not is_offline)
        for widget in (self.pause, self.cancel, self.bar, self.speed):
            widget.setVisible(is_moving)
        self.more.setVisible(entry.is_installed or entry.is_own)
        where = self._place()
        hears = "" if is_moving else self._hearing()
        gate = self.tr("terms to accept first") if self._is_behind_gate() else ""
        is_unknown = entry.licence == "unknown"
        licence = self.tr("licence unknown") if is_unknown else entry.licence
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
        """Whether the sounds may be sold, in plain words."""
        words = {
            "yes": self.tr("sounds may be sold"),
            "no": self.tr("not for sale"),
            "conditional": self.tr("sale under conditions"),
        }
        return words.get(self.entry.commercial, self.entry.commercial)

    def _traits(self) -> list[str]:
        """The short facts of a checkpoint: its sound, its memory, how a voice enters."""
        memory = self.entry.memory.values()
        needs = filled(self.tr("needs {0:.1f} GB"), min(memory) / GIB) if memory else ""
        return [text for text in (self._sound(), needs, self._entrance()) if text]

    def _is_behind_gate(self) -> bool:
        return self.entry.is_gated and not self.entry.is_installed

    def _sound(self) -> str:
        """What a checkpoint makes before it is finished: "44.1 kHz stereo"."""
        if self.entry.is_upscaler:
            return filled(self.tr("adds highs up to {0:g} kHz"), self.entry.reach_hz / 1000)
        capabilities = self.entry.capabilities
        if capabilities is None:
            return ""
        channels = self.tr("stereo") if capabilities.channels == 2 else self.tr("mono")
        return f"{number_text(capabilities.sample_rate_hz / 1000)} kHz {channels}"

    def _hearing(self) -> str:
        """The remark that a checkpoint hears words only; else ""."""
        entry = self.entry
        is_deaf = entry.is_installed and not entry.hears_voice and not entry.is_upscaler
        return self.tr("hears words only") if is_deaf else ""

    def _entrance(self) -> str:
        """How an imitation enters; "" for a checkpoint that hears words only."""
        entry, capabilities = self.entry, self.entry.capabilities
        is_deaf = entry.is_installed and not entry.hears_voice
        if capabilities is None or entry.is_upscaler or is_deaf:
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
        """Show whether and how the checkpoint fits this machine."""
        if memory is None or not self.entry.memory:
            self.fit.setText(self.tr("Its memory needs are unknown"))
            return
        mode = self.entry.best_mode(memory.gpu_total, memory.total)
        if mode is None:
            least = min(self.entry.memory.values()) / GIB
            text = self.tr("Too large for this computer: needs at least {0:.1f} GB")
            self.fit.setText(filled(text, least))
            return
        takes = self.entry.memory[mode] / GIB
        if mode is VramMode.CPU:
            text = self.tr("Fits this computer (no GPU needed): about {0:.1f} of {1:.0f} GB")
            self.fit.setText(filled(text, takes, memory.total / GIB))
        else:
            text = self.tr("Fits this GPU in mode {0}: about {1:.1f} of {2:.0f} GB")
            self.fit.setText(filled(text, mode_title(mode), takes, memory.gpu_total / GIB))

    def make_menu(self) -> QMenu:
        """A menu of what is done rarely."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Check the files"), self._on_verify)
        stays = self.entry.is_own and not self.entry.is_import
        text = self.tr("Remove from the list…") if stays else self.tr("Remove…")
        removes = menu.addAction(text, self._on_remove)
        removes.setEnabled(self.entry.is_own or bool(self.entry.repo))
        return menu

    def _show_transfer(self, transfer: Transfer) -> None:
        if not transfer.total:
            self.bar.setValue(0)
            self.speed.setText(self.tr("Asking the hub for the list of files…"))
            return
        self.bar.setValue(round(1000 * transfer.here / transfer.total))
        moved = self.tr("{0:,.0f} of {1:,.0f} MB  ·  {2:.1f} MB/s")
        converted = self.tr("Converting: {0:,.0f} of {1:,.0f} MB  ·  {2:.1f} MB/s")
        text = filled(
            converted if transfer.is_converting else moved,
            transfer.here / 1e6,
            transfer.total / 1e6,
            transfer.bytes_per_s / 1e6,
        )
        left = transfer.seconds_left
        if left is not None:
            text += "  ·  " + self.tr("{0} left").format(seconds_text(left))
        self.speed.setText(text)

    def _place(self) -> str:
        entry = self.entry
        size = size_text(entry.size_bytes)
        if entry.is_own and not entry.is_installed:
            return self.tr("Your own folder, missing or damaged")
        if not entry.is_installed:
            return self.tr("Not installed  ·  {0} to download").format(size)
        if entry.is_import:
            return self.tr("Made from your file  ·  {0}").format(size)
        if entry.is_own:
            return self.tr("Your own folder  ·  {0}").format(size)
        if entry.repo:
            return self.tr("Installed  ·  {0}").format(size)
        return self.tr("Comes with the studio  ·  {0}").format(size)

    def _button(self, text: str, clicked: SignalInstance, id: str = "") -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.setAccessibleName(f"{text}: {self.entry.title}")
        button.clicked.connect(lambda: clicked.emit(id or self.entry.id))
        return button

    @Slot()
    def _on_more(self) -> None:
        self.make_menu().popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _on_verify(self) -> None:
        self.verify_clicked.emit(self.entry.id)

    def _on_remove(self) -> None:
        self.remove_clicked.emit(self.entry.id)


def size_text(size: int) -> str:
    return f"{number_text(size / 1e9, '.1f')} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
