"""A stand-in for the speech synthesizer Flite, which test machines lack: it takes the same options
and hums."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

PROGRAM = f"""#!{sys.executable}
import sys
import numpy as np
import soundfile

arguments = sys.argv[1:]
phones = arguments[arguments.index("-p") + 1].split()
settings = dict(
    arguments[i + 1].split("=") for i, name in enumerate(arguments) if name == "--setf"
)
assert phones[0] == phones[-1] == "pau" and "-voice" in arguments
seconds = 0.05 * len(phones) * float(settings["duration_stretch"])
times = np.arange(int(16000 * seconds)) / 16000
hum = 0.5 * np.sin(2 * np.pi * float(settings["int_f0_target_mean"]) * times)
quiet = np.zeros(3200)
output = arguments[arguments.index("-o") + 1]
soundfile.write(output, np.concatenate([quiet, hum, quiet]), 16000)
"""


def install_speech(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make it the only Flite that is found."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "flite"
    path.write_text(PROGRAM, encoding="utf-8")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
