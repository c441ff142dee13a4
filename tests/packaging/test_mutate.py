"""The mutation script: what it changes, which tests it asks, and how it judges."""

from __future__ import annotations

import importlib.util
import sys
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
        value += 1
    raise ValueError(f"got {value + 1}")


def half(value: float) -> float:
    return max(value / 2, 0.5)
'''


@pytest.fixture(scope="module")
def mutate() -> types.ModuleType:
    spec = importlib.util.spec_from_file_location("mutate", ROOT / "packaging/mutate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["mutate"] = module  # where dataclasses look for it
    spec.loader.exec_module(module)
    return module


def test_what_runs_is_changed_and_limits_defaults_and_sentences_are_not(
    mutate: types.ModuleType,
) -> None:
    changes = {(m.line, m.before, m.after) for m in mutate.mutations_of(SOURCE, MODULE)}
    assert changes == {
        (8, "value < low and not is_loud", "(value < low or not is_loud)"),
        (8, "value < low", "(value <= low)"),
        (8, "not is_loud", "(is_loud)"),
        (9, "report(value)", "pass"),
        (10, "1", "2"),
        (15, "return max(value / 2, 0.5)", "return None"),
        (15, "max(value / 2, 0.5)", "(min(value / 2, 0.5))"),
        (15, "value / 2", "(value * 2)"),
        (15, "2", "3"),
        (15, "0.5", "1.5"),
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
