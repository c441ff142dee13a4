"""QVIM Studio: imitate a sound with your voice, get sounds you can use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qvim_studio.core.program.privacy import switch_telemetry_off

if TYPE_CHECKING:
    from qvim_studio.automation.made_sound import MadeSound
    from qvim_studio.automation.studio import Studio
    from qvim_studio.core.clip import AudioClip
    from qvim_studio.core.errors import CancelledError, StudioError

__version__ = "0.1.0"
__all__ = ["AudioClip", "CancelledError", "MadeSound", "Studio", "StudioError", "open_studio"]

switch_telemetry_off()

# Names of the library, each with the module that is imported when the name is first used.
_PLACES = {
    "AudioClip": "qvim_studio.core.clip",
    "CancelledError": "qvim_studio.core.errors",
    "MadeSound": "qvim_studio.automation.made_sound",
    "Studio": "qvim_studio.automation.studio",
    "StudioError": "qvim_studio.core.errors",
}


def open_studio() -> Studio:
    """A studio for scripts: ``with qvim_studio.open_studio() as studio: studio.generate(…)``."""
    from qvim_studio.automation.studio import Studio

    return Studio()


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_PLACES[name]), name)
