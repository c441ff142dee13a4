"""Collects facts for a report about a fault; the user's home stays private."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil
from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

import qvim_studio
from qvim_studio.core.program.paths import StudioPaths
from qvim_studio.core.program.settings import Settings
from qvim_studio.jobs.engine.memory_watch import GIB

PACKAGES = ("torch", "diffusers", "transformers", "PySide6-Essentials", "numpy", "sounddevice")
LOG_LINES = 150
PRIVATE_SETTINGS = ("texts",)


def collect_diagnostics(
    paths: StudioPaths, settings: Settings, devices: tuple[str, ...] = ()
) -> str:
    """Versions, machine, settings and the end of the log. devices: names, in and out."""
    kept = {k: v for k, v in asdict(settings).items() if k not in PRIVATE_SETTINGS}
    sections = {
        "Versions": _versions(),
        "Machine": _machine(),
        "Sound devices": "\n".join(devices) or "none known",
        "Settings": json.dumps(kept, indent=1, default=str),
        "Log": tail(paths.log_file),
        "Crashes": tail(paths.log_file.with_name("crash.log")),
    }
    text = "\n\n".join(f"## {title}\n{body}" for title, body in sections.items())
    return text.replace(str(Path.home()), "~")


def tail(path: Path, lines: int = LOG_LINES) -> str:
    """The last lines of a file, or a word on why there are none."""
    try:
        content = path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
    except OSError as error:
        return f"({error.strerror})"
    return "\n".join(content) or "(empty)"


def _versions() -> str:
    rows = [f"QVIM Studio {qvim_studio.__version__}", f"Python {platform.python_version()}"]
    rows.append(f"Qt {qVersion()} on {QGuiApplication.platformName()}")
    for name in PACKAGES:
        try:
            rows.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            rows.append(f"{name} is not installed")
    return "\n".join(rows)


def _machine() -> str:
    memory = psutil.virtual_memory()
    screens = ", ".join(
        f"{s.size().width()}×{s.size().height()} at {s.devicePixelRatio():g}"
        for s in QGuiApplication.screens()
    )
    return (
        f"{platform.platform()}\n{psutil.cpu_count()} processors, "
        f"{memory.total / GIB:.1f} GB memory, {memory.available / GIB:.1f} GB free\n{screens}"
    )
