"""The window and the command line start without the libraries that take seconds to import."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("torch", "diffusers", "transformers", "torchaudio")


@pytest.mark.parametrize(
    "module", ["qvim_studio.ui.window.main_window", "qvim_studio.app", "qvim_studio.commands.cli"]
)
def test_import_leaves_heavy_libraries_out(module: str) -> None:
    code = f"import sys, {module}; print([n for n in {HEAVY} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_commands_module_leaves_heavy_libraries_out() -> None:
    module = "qvim_studio.commands.generate"
    code = f"import sys, {module}; print([n for n in {HEAVY} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
