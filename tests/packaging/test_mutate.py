"""The mutation script: what it changes, which tests it asks, and how it judges."""

from __future__ import annotations

import importlib
import types
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
MODULE = Path("qvim_studio/core/edit.py")
SOURCE = '''"""Text."""

LIMIT = 3


def clipped(value: int, low: int = 2, is_loud: bool = False) -> str:
    """From 0."""
    if value < low and not is_loud:
        report(value)
        log.info("%d", value + 1)
        value += 1
    raise ValueError(f"got {value + 1}")


def half(value: float) -> float:
    return max(value / 2, 0.5)
'''


@pytest.fixture(scope="module")
def mutate() -> types.ModuleType:
    """The script, which finds its own modules beside itself."""
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(str(ROOT / "packaging"))
        return importlib.import_module("mutate")


def test_what_runs_is_changed_and_limits_defaults_and_sentences_are_not(
    mutate: types.ModuleType,
) -> None:
    changes = {(m.line, m.before, m.after) for m in mutate.mutations_of(SOURCE, MODULE)}
    assert changes == {
        (8, "value < low and not is_loud", "(value < low or not is_loud)"),
        (8, "value < low", "(value <= low)"),
        (8, "not is_loud", "(is_loud)"),
        (9, "report(value)", "pass"),
        (11, "1", "2"),
        (16, "return max(value / 2, 0.5)", "return None"),
        (16, "max(value / 2, 0.5)", "(min(value / 2, 0.5))"),
        (16, "value / 2", "(value * 2)"),
        (16, "2", "3"),
        (16, "0.5", "1.5"),
    }


def test_a_mutation_changes_one_line_alone(mutate: types.ModuleType) -> None:
    for mutation in mutate.mutations_of(SOURCE, MODULE):
        pairs = zip(SOURCE.splitlines(), mutation.source.splitlines(), strict=True)
        assert [n for n, (old, new) in enumerate(pairs, 1) if old != new] == [mutation.line]


def test_files_that_import_a_module_test_it_its_mirror_first(mutate: types.ModuleType) -> None:
    found = mutate.test_files_of(MODULE, ROOT)
    assert found[0] == Path("tests/core/test_edit.py")
    assert Path("tests/properties/test_signals.py") in found


def test_files_beside_the_mirror_test_what_nobody_imports(
    mutate: types.ModuleType, tmp_path: Path
) -> None:
    beside = tmp_path / "tests" / "core" / "test_other.py"
    beside.parent.mkdir(parents=True)
    beside.write_text("from qvim_studio.core.other import something\n", encoding="utf-8")
    assert mutate.test_files_of(MODULE, tmp_path) == [Path("tests/core/test_other.py")]


def test_a_module_is_found_under_each_form_of_its_import_in_tests_of_its_room(
    mutate: types.ModuleType, tmp_path: Path
) -> None:
    forms = {
        "tests/core/test_one.py": "from qvim_studio.core import clip, edit\n",
        "tests/core/test_two.py": "import qvim_studio.core.edit\n",
        "tests/properties/test_three.py": "from qvim_studio.core.edit import (\n    Edit,\n)\n",
        "tests/core/test_four.py": "from qvim_studio.core.edition import Edit\n",
        "tests/ui/test_five.py": "from qvim_studio.core.edit import Edit\n",
    }
    for name, text in forms.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = [str(file) for file in mutate.test_files_of(MODULE, tmp_path)]
    assert found == [
        "tests/core/test_one.py",
        "tests/core/test_two.py",
        "tests/properties/test_three.py",
    ]


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pytest inside pytest starts without plugins, and without the thread that watches slow
    tests, for which a fork would wait for ever."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:faulthandler")


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("programs", [False, True])
def test_tests_that_start_programs_take_part_only_when_asked(
    mutate: types.ModuleType, tmp_path: Path, programs: bool
) -> None:
    (tmp_path / "test_it.py").write_text(
        "import subprocess\n\n\ndef test_it():\n    subprocess.run(['no such program'])\n"
    )
    green = mutate.run_tests(tmp_path, [Path("test_it.py")], 20.0, programs=programs)
    assert green is not programs


PLANTED = """def is_positive(value):
    return value > 0


def twice(value):
    return value + value


SIX = twice(3)
"""
PLANTED_TEST = """import planted_program.signs as signs


def test_signs():
    assert [signs.is_positive(value) for value in (0, 1)] == [False, True]
    assert signs.SIX == 6
"""


def test_the_function_around_a_line_is_the_innermost(mutate: types.ModuleType) -> None:
    source = "@cache\ndef outer():\n    def inner():\n        return 1\n    return inner\n"
    assert mutate.function_at(source, 4) == ("inner", 3)
    assert mutate.function_at(source, 5) == ("outer", 1)


@pytest.mark.slow  # starts pytest several times
@pytest.mark.usefixtures("alone")
def test_changed_functions_are_tested_without_importing_anything_again(
    mutate: types.ModuleType, tmp_path: Path
) -> None:
    module, tests = Path("planted_program/signs.py"), Path("test_signs.py")
    (tmp_path / "planted_program").mkdir()
    (tmp_path / module).write_text(PLANTED)
    (tmp_path / tests).write_text(PLANTED_TEST)
    mutations = mutate.mutations_of(PLANTED, module)
    answers = list(mutate.run_mutations(tmp_path, mutations, {module: [tests]}))
    assert answers[0]
    survived = [str(m) for m, lives in zip(mutations, answers[1:], strict=True) if lives]
    assert survived == [  # what ran at the import
        f"{module}:6: return value + value  ->  return None",
        f"{module}:6: value + value  ->  (value - value)",
    ]
    (tmp_path / tests).write_text("def test_signs():\n    assert False\n")
    assert list(mutate.run_mutations(tmp_path, mutations, {module: [tests]})) == [False]


def test_what_no_test_notices_survives_and_the_tree_stays_as_it_was(
    mutate: types.ModuleType, tmp_path: Path
) -> None:
    file = tmp_path / MODULE
    file.parent.mkdir(parents=True)
    file.write_text(SOURCE, encoding="utf-8")
    mutations = mutate.mutations_of(SOURCE, MODULE)
    seen: list[str] = []

    def is_green(mutation: object) -> bool:
        seen.append(file.read_text(encoding="utf-8"))
        return len(seen) == 2

    survived = mutate.survivors_of(mutations, tmp_path, is_green, say=lambda line: None)
    assert survived == [mutations[1]]
    assert seen == [mutation.source for mutation in mutations]
    assert file.read_text(encoding="utf-8") == SOURCE
