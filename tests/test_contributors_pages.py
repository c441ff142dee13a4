"""What the architecture page and CONTRIBUTING promise to a newcomer is there."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from qvim_studio.core.program.settings import Settings, load_settings, save_settings

ROOT = Path(__file__).parent.parent
ARCHITECTURE = ROOT / "resources/guide/architecture.md"
CONTRIBUTING = ROOT / ".github/CONTRIBUTING.md"
PAGES = (ARCHITECTURE, CONTRIBUTING, ROOT / ".github/SECURITY.md")
BASES = (ROOT, ROOT / "qvim_studio", ROOT / "resources/guide")
PATH = re.compile(r"`([\w.-]+/[\w./-]*|[\w-]+\.(?:py|md|toml|txt|spec|iss|sh))`")
NAME_IN_FILE = re.compile(r"`([A-Za-z_]\w+)` (?:\(|in |of )`([\w./-]+\.py)`")
QUESTIONS = {  # the words of a newcomer's question, and the place that answers it
    "input meter is drawn": "ui/takes/level_meter.py",
    "a recipe is read": "export/files/recipe.py",
    "the trash": "tests/library/test_sounds.py",
    "an option of a family": "core/options.py",
}
ONLY_TIME_TAKES = ("clip_drag.py", "screenshots.py")  # a drag; the loop of a command


def place_of(path: str, page: Path) -> Path | None:
    """Where a path that a page names leads; a name alone may lie in any folder of the package."""
    for base in (*BASES, page.parent):
        if (base / path).exists():
            return base / path
    folders = (ROOT / "qvim_studio", ROOT / "packaging")
    return None if "/" in path else next((at for f in folders for at in f.rglob(path)), None)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_place_that_a_page_names_is_there(page: Path) -> None:
    named = set(PATH.findall(page.read_text(encoding="utf-8")))
    assert len(named) > 2
    assert {path for path in named if place_of(path, page) is None} == set()


@pytest.mark.parametrize("page", PAGES[:2], ids=lambda page: page.name)
def test_every_name_that_a_page_places_in_a_file_is_defined_there(page: Path) -> None:
    text = " ".join(page.read_text(encoding="utf-8").split())
    pairs = NAME_IN_FILE.findall(text)
    assert len(pairs) > 2
    for name, path in pairs:
        file = place_of(path, page)
        assert file is not None and name in names_defined_in(file), (name, path)


def names_defined_in(file: Path) -> set[str]:
    """Functions, classes, methods and constants of a module."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


@pytest.mark.parametrize(("question", "answer"), QUESTIONS.items(), ids=list(QUESTIONS))
def test_a_newcomers_question_has_its_answer_in_one_line(question: str, answer: str) -> None:
    text = ARCHITECTURE.read_text(encoding="utf-8")
    lines = [block for block in re.split(r"\n(?=\||- |\n)", text) if question in block]
    assert any(answer in line for line in lines)


def test_how_to_run_one_test_and_how_to_release_have_their_places() -> None:
    one_test = "packaging/bootstrap.py test tests/library/test_sounds.py -k trash"
    assert one_test in ARCHITECTURE.read_text(encoding="utf-8")
    contributing = CONTRIBUTING.read_text(encoding="utf-8")
    assert one_test in contributing
    release = contributing.split("## Release")[1]
    assert all(word in release for word in ("changelog.md", "__init__.py", "build", "Tag"))


def test_a_setting_that_older_files_lack_has_its_default(tmp_path: Path) -> None:
    """The recipe for a setting: a field with a default is all that older files need."""
    file = tmp_path / "settings.json"
    save_settings(Settings(), file)
    stored = json.loads(file.read_text(encoding="utf-8"))
    for name in {field.name for field in fields(Settings)} & stored.keys():
        less = {key: value for key, value in stored.items() if key != name}
        file.write_text(json.dumps(less), encoding="utf-8")
        assert load_settings(file) == (Settings(), None), name


def test_dialogs_are_opened_and_never_waited_for() -> None:
    """The recipe for a dialog."""
    waiting = {
        path.name
        for path in (ROOT / "qvim_studio/ui").rglob("*.py")
        if any(call.func.attr in ("exec", "exec_") for call in method_calls(path))
    }
    assert waiting <= set(ONLY_TIME_TAKES)


def method_calls(file: Path) -> Iterator[ast.Call]:
    source = file.read_text(encoding="utf-8")
    if "exec" not in source:
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node


def test_the_workflow_covers_every_system_and_python_and_needs_nothing_else() -> None:
    text = (ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    matrix = jobs["test"]["strategy"]["matrix"]
    assert {name.split("-")[0] for name in matrix["os"]} == {"ubuntu", "windows", "macos"}
    assert matrix["python"] == ["3.10", "3.11", "3.12", "3.13"]
    assert jobs.keys() >= {"test", "slow", "types", "wheel"}
    actions = {step["uses"] for job in jobs.values() for step in job["steps"] if "uses" in step}
    assert {action.split("@")[0] for action in actions} == {
        "actions/checkout",
        "actions/setup-python",
    }
