"""Where the files that ship with the program lie."""

from __future__ import annotations

from pathlib import Path

import qvim_studio


def resource_path(*parts: str) -> Path:
    """Path inside ``resources/``, in a source tree and in an installed package alike."""
    package = Path(qvim_studio.__file__).parent
    installed = package / "resources"
    return (installed if installed.is_dir() else package.parent / "resources").joinpath(*parts)
