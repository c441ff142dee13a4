"""The architecture: a package imports only from lower floors, heavy libraries where they belong."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "qvim_studio"
ALLOWED = {
    "core": set(),
    "audio": {"core"},
    "library": {"core", "audio"},
    "models": {"core"},
    "pipeline": {"core", "audio", "models"},
    "training": {"core", "audio", "models", "pipeline"},
    "evaluation": {"core", "audio", "models", "pipeline", "training"},
    "export": {"core", "audio", "library"},
    "jobs": {"core", "audio", "library", "export"},
    "ui": {"core", "audio", "library", "export", "jobs"},
    "bench": {"core", "audio", "library", "export", "jobs", "ui", "models", "pipeline"},
}
TOP = {"app", "assembly", "checkpoint_commands", "checkpoint_keeper", "cli", "commands", "grammar"}
TOP |= {"__main__", "__init__"}
TORCH = {"torch", "torchaudio", "diffusers", "transformers", "accelerate"}
TORCH_FLOORS = {"models", "pipeline", "training", "evaluation", "bench"}
QT_FLOORS = {"jobs", "ui", "bench"}
MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def floor_of(module: Path) -> str:
    return module.parts[0] if len(module.parts) > 1 else "top"


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_module_imports_only_from_lower_floors(module: Path) -> None:
    floor = floor_of(module)
    ours = {name.split(".")[1] for name in imported(PACKAGE / module) if is_ours(name)}
    if floor == "top":
        assert module.stem in TOP, f"{module} belongs on a floor"
        return
    surplus = ours - ALLOWED[floor] - {floor, "__version__", "__file__"}
    assert not surplus, f"{module} imports {surplus} from above or beside it"


def is_ours(name: str) -> bool:
    return name.startswith("qvim_studio.")


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_heavy_libraries_stay_on_their_floors(module: Path) -> None:
    roots = {name.split(".")[0] for name in imported(PACKAGE / module)}
    floor = floor_of(module)
    if floor not in TORCH_FLOORS:
        assert not roots & TORCH
    if floor not in QT_FLOORS and module.name != "app.py":
        assert "PySide6" not in roots
    if floor == "jobs":
        qt = {n for n in imported(PACKAGE / module) if n.startswith("PySide6.")}
        assert all(name.startswith("PySide6.QtCore") for name in qt)


def test_no_module_grows_past_five_hundred_lines() -> None:
    long = {
        str(module): lines
        for module in MODULES
        if (lines := len((PACKAGE / module).read_text(encoding="utf-8").splitlines())) > 500
    }
    assert not long


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_torchaudio_is_prepared_before_what_would_break_on_it(module: Path) -> None:
    """See models/torch_audio.py: diffusers and transformers import the CUDA build's torchaudio."""
    body = ast.parse((PACKAGE / module).read_text(encoding="utf-8")).body
    lines = {"prepared": len(body) + 1, "needed": len(body) + 1}
    for position, node in enumerate(body):
        names = {node.module or ""} if isinstance(node, ast.ImportFrom) else set()
        names |= {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()
        kinds = {name.split(".")[0] for name in names}
        if "qvim_studio.models.torch_audio" in names:
            lines["prepared"] = min(lines["prepared"], position)
        if kinds & {"diffusers", "transformers"}:
            lines["needed"] = min(lines["needed"], position)
    needs_it = lines["needed"] <= len(body)
    assert not needs_it or lines["prepared"] < lines["needed"]
