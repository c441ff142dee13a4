"""The architecture: a package imports only from lower floors, heavy libraries where they belong."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "qvim_studio"
NETWORK_ROOMS = {"networks", "checkpoints", "memory"}
GENERATOR_ROOMS = {"core", "audio", *NETWORK_ROOMS, "voice", "diffusion"}
ALLOWED = {
    "core": set(),
    "audio": {"core"},
    "library": {"core", "audio"},
    "networks": {"core"},
    "memory": {"core", "networks", "checkpoints"},
    "checkpoints": {"core", "memory", "networks"},
    "diffusion": {"core", "audio", *NETWORK_ROOMS},
    "voice": {"core", "audio", *NETWORK_ROOMS},
    "families": GENERATOR_ROOMS,
    "generation": {*GENERATOR_ROOMS, "families"},
    "training": {*GENERATOR_ROOMS, "families", "generation"},
    "evaluation": {*GENERATOR_ROOMS, "families", "generation", "training"},
    "export": {"core", "audio", "library"},
    "jobs": {"core", "audio", "library", "export"},
    "session": {"core", "audio", "library", "export", "jobs"},
    "ui": {"core", "audio", "library", "export", "jobs", "session"},
}
ALLOWED["automation"] = {*ALLOWED["generation"], "generation", "library", "export", "assembly"}
ALLOWED["rendering"] = {*GENERATOR_ROOMS, "families", "export", "jobs"}
ALLOWED["bench"] = {*ALLOWED["evaluation"], *ALLOWED["ui"], "ui"}
ALLOWED["commands"] = {
    *ALLOWED["bench"],
    "bench",
    "evaluation",
    "automation",
    "rendering",
    "app",
    "assembly",
}
TOP = {"app", "assembly", "__main__", "__init__"}
TORCH = {"torch", "torchaudio", "diffusers", "transformers", "accelerate"}
TORCH_FLOORS = {*NETWORK_ROOMS, "voice", "diffusion", "families", "generation"}
TORCH_FLOORS |= {"training", "evaluation", "bench"}
QT_FLOORS = {"jobs", "session", "ui", "bench"}
UNDO = {"PySide6.QtGui", "PySide6.QtGui.QUndoCommand", "PySide6.QtGui.QUndoStack"}
IN_STRINGS = {  # modules that name others in strings, and why
    "__init__.py": "the names of the library are imported when they are first used",
    "app.py": "wires the floors: what child processes call",
    "bench/window.py": "measures the engine in its own process",
    "commands/render.py": "the engine of workers in processes of their own",
    "families/known.py": "the group of entry points of other packages",
    "session/services.py": "what the window's child processes call unless a test says otherwise",
    "training/starter/starter.py": "the class names in a checkpoint's model_index.json",
    "ui/pictures/screenshots.py": "a command that makes the pictures with the real engine",
}
MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


@pytest.fixture(scope="module", autouse=True)
def trees() -> Iterator[None]:
    """Millions of objects, which no other test has to live beside."""
    yield
    parsed.cache_clear()
    statements.cache_clear()


@cache
def imported(module: Path) -> frozenset[str]:
    names: set[str] = set()
    for node in statements(module):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{module}: relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)


@cache
def parsed(module: Path) -> ast.Module:
    return ast.parse((PACKAGE / module).read_text(encoding="utf-8"))


@cache
def statements(module: Path) -> tuple[ast.AST, ...]:
    """Also those in functions and branches; expressions, which are most of a tree, import
    nothing."""
    found: list[ast.AST] = []
    waiting: list[ast.AST] = [parsed(module)]
    while waiting:
        node = waiting.pop()
        found.append(node)
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            waiting += getattr(node, name, ())
    return tuple(found)


def floor_of(module: Path) -> str:
    return module.parts[0] if len(module.parts) > 1 else "top"


def test_modules_import_only_from_lower_floors() -> None:
    faults = {}
    for module in MODULES:
        floor = floor_of(module)
        ours = {name.split(".")[1] for name in imported(module) if is_ours(name)}
        if floor == "top":
            assert module.stem in TOP, f"{module} belongs on a floor"
        elif surplus := ours - ALLOWED[floor] - {floor, "__version__", "__file__"}:
            faults[str(module)] = surplus
    assert not faults, "they import from above or beside themselves"


def is_ours(name: str) -> bool:
    return name.startswith("qvim_studio.")


def test_heavy_libraries_stay_on_their_floors() -> None:
    faults = set()
    for module in MODULES:
        roots = {name.split(".")[0] for name in imported(module)}
        floor = floor_of(module)
        if floor not in TORCH_FLOORS and roots & TORCH:
            faults.add(f"{module}: torch")
        if floor not in QT_FLOORS and module.name != "app.py" and "PySide6" in roots:
            faults.add(f"{module}: Qt")
        if floor in ("jobs", "session"):
            qt = {n for n in imported(module) if n.startswith("PySide6.")}
            qt -= UNDO if floor == "session" else set()
            if not all(name.startswith("PySide6.QtCore") for name in qt):
                faults.add(f"{module}: widgets")
    assert not faults


def test_no_module_grows_past_four_hundred_lines() -> None:
    long = {
        str(module): lines
        for module in MODULES
        if (lines := len((PACKAGE / module).read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long


def test_rooms_have_few_modules_or_rooms_of_their_own() -> None:
    counts = Counter(module.parent for module in MODULES if module.name != "__init__.py")
    assert {str(room): count for room, count in counts.items() if count > 20} == {}


def test_torchaudio_is_prepared_before_what_would_break_on_it() -> None:
    """See networks.torch_audio: diffusers and transformers import the CUDA build of torchaudio."""
    faults = set()
    for module in MODULES:
        body = parsed(module).body
        lines = {"prepared": len(body) + 1, "needed": len(body) + 1}
        for position, node in enumerate(body):
            names = {node.module or ""} if isinstance(node, ast.ImportFrom) else set()
            names |= {a.name for a in node.names} if isinstance(node, ast.Import) else set()
            kinds = {name.split(".")[0] for name in names}
            if "qvim_studio.networks.torch_audio" in names:
                lines["prepared"] = min(lines["prepared"], position)
            if kinds & {"diffusers", "transformers"}:
                lines["needed"] = min(lines["needed"], position)
        if len(body) >= lines["needed"] < lines["prepared"]:
            faults.add(str(module))
    assert not faults


def test_no_files_import_each_other_in_a_circle() -> None:
    """Imports at the top of a module; those in functions and for types alone cannot deadlock."""
    names = {".".join(("qvim_studio", *module.with_suffix("").parts)): module for module in MODULES}
    graph = {name: needed_at_import(module) & names.keys() for name, module in names.items()}
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"a circle: {' -> '.join(error.args[1])}")


def needed_at_import(module: Path) -> set[str]:
    found: set[str] = set()
    for node in parsed(module).body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_every_import_of_ours_names_what_is_there() -> None:
    """Those in functions too, which nothing else runs before a user does."""
    modules = {".".join(("qvim_studio", *m.with_suffix("").parts)) for m in MODULES}
    modules |= {name.removesuffix(".__init__") for name in modules}
    absent = {
        f"{module}: {name}"
        for module in MODULES
        for node in statements(module)
        if isinstance(node, ast.ImportFrom) and node.module and is_ours(node.module)
        for name in (f"{node.module}.{alias.name}" for alias in node.names)
        if node.module not in modules or not (name in modules or _defines(node.module, name))
    }
    assert not absent


def test_dependencies_in_strings_are_few_and_lead_to_what_is_there() -> None:
    """Strings such as "qvim_studio.assembly:make_engine", which no other test of floors sees."""
    places, absent = set(), set()
    for module in MODULES:
        source = (PACKAGE / module).read_text(encoding="utf-8")
        for target, name in re.findall(r"""["']qvim_studio\.([\w.]+?)(?::(\w+))?["']""", source):
            places.add(module.as_posix())
            file = Path(*target.split("."))
            is_there = any((PACKAGE / at).is_file() for at in (f"{file}.py", file / "__init__.py"))
            if not is_there or (name and not _defines(f"qvim_studio.{target}", f".{name}")):
                absent.add(f"{module}: {target}:{name}")
    assert places == IN_STRINGS.keys()
    assert absent == set()


def _defines(module: str, name: str) -> bool:
    """Whether a name stands at the top of a module, as a definition, a value or an import."""
    path = Path(*module.split(".")[1:])
    file = path.with_suffix(".py")
    source = file if (PACKAGE / file).is_file() else path / "__init__.py"
    return name.rsplit(".", 1)[1] in _names_of(source)


@cache
def _names_of(module: Path) -> frozenset[str]:
    found: set[str] = set()
    for node in statements(module):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {alias.asname or alias.name for alias in node.names}
        targets = [*getattr(node, "targets", ()), getattr(node, "target", None)]
        for target in filter(None, targets):
            found |= {each.id for each in ast.walk(target) if isinstance(each, ast.Name)}
    return frozenset(found)
