"""The texts of the export of a sample pack: its progress, its result and its warnings."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from qvim_studio.export.packs.pack_writer import PackProgress, PackReport
from qvim_studio.session.figures import count_text
from qvim_studio.session.sentences import own_words


def phase_text(progress: PackProgress) -> str:
    """The current step of the export."""
    if progress.phase == "sounds":
        text = _translate("Writing sounds: {0} of {1}")
        return text.format(progress.done, progress.total)
    if progress.phase == "extras":
        return _translate("Drawing the cover, mixing the demo")
    return _translate("Moving everything into place")


def done_text(report: PackReport) -> str:
    """The folder of the finished pack and the number of its sounds."""
    sounds = count_text(report.clips, _translate("1 sound"), _translate("{0} sounds"))
    return _translate("Done: {0} and its zip hold {1}").format(report.folder.name, sounds)


def warning_text(warning: str) -> str:
    """A warning of the report in the window's language. Most begin with the file of the pack that
    they are about: "Dogs/bark_01.wav: The loop clicks."."""
    whole = own_words(warning)
    file, colon, sentence = warning.partition(": ")
    return whole if whole != warning or not colon else f"{file}: {own_words(sentence)}"


def _translate(text: str) -> str:
    return QCoreApplication.translate("PackDialog", text)
