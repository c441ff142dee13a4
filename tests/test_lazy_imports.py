"""The window and the command line start without the libraries that take seconds to import."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = ("torch", "diffusers", "transformers", "torchaudio", "ray")
BARE = ("PySide6", "numpy", "soundfile", "starlette", "mcp")  # what import qvim_studio leaves out
# From the lightest to the heaviest: each is imported into what the ones before left loaded.
LIGHT = (
    "qvim_studio.commands.cli",
    "qvim_studio.commands.editing",
    "qvim_studio.commands.generate",
    "qvim_studio.commands.render",
    "qvim_studio.app",
    "qvim_studio.ui.window.main_window",
)
CODE = f"""
import importlib, json, sys
import qvim_studio
found = {{"qvim_studio": [one for one in {HEAVY + BARE} if one in sys.modules]}}
importlib.import_module("qvim_studio.automation.studio")
found["library"] = [one for one in {(*HEAVY, "PySide6", "starlette", "mcp")} if one in sys.modules]
for name in {LIGHT}:
    importlib.import_module(name)
    found[name] = [heavy for heavy in {HEAVY} if heavy in sys.modules]
print(json.dumps(found))
"""


def test_imports_leave_heavy_libraries_out() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {name: [] for name in ("qvim_studio", "library", *LIGHT)}
