"""Describes the match of a sound and an imitation in words, for lists, details and tips."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from qvim_studio.core.match import DOTS, Compared, Match
from qvim_studio.session.figures import filled


def match_text(match: Match) -> str:
    """One line: "kind 3 of 5, movement 0.71", and the compared sound unless it is the take."""
    kind = _tr("kind unsure") if match.kind is None else _tr("kind {0} of {1}")
    parts = [kind.format(match.kind, DOTS), filled(_tr("movement {0:.2f}"), match.movement)]
    if match.compared is Compared.TIMBRE:
        parts.append(_tr("compared with the sound it should be like"))
    elif match.compared is Compared.EDITED:
        parts.append(_tr("compared with the sound that was edited"))
    return ", ".join(parts)


def match_tip(match: Match) -> str:
    """The explanation of the dots and the bar of a row."""
    of_what = {
        Compared.TAKE: _tr("your take"),
        Compared.TIMBRE: _tr("the sound it should be like"),
        Compared.EDITED: _tr("the sound that was edited"),
    }[match.compared]
    if match.kind is None:
        kind = _tr("Kind: unsure. The ears disagree about what kind of sound {0} means.")
        kind = kind.format(of_what)
    else:
        kind = _tr(
            "Kind: {0} of {1} dots. Compared with {2}; of sounds with as many dots, about {3} in "
            "10 were of the right kind."
        ).format(match.kind, DOTS, of_what, 2 * match.kind - 1)
    moves = _tr(
        "Movement: {0:.2f} of 1. How much loudness, brightness and pitch move as in the take."
        if match.compared is not Compared.EDITED
        else "Movement: {0:.2f} of 1. How much loudness, brightness and pitch move as they did."
    )
    return f"{kind}\n{filled(moves, match.movement)}"


def unsure_text() -> str:
    """The word that replaces the dots."""
    return _tr("unsure")


def _tr(text: str) -> str:
    return QCoreApplication.translate("Match", text)
