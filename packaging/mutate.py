"""Changes the program in small ways and looks whether a test notices each of them.

Each mutation changes one expression on one line inside a function: a comparison, an operator, a
number, a truth value, what is returned, a call whose answer nobody uses. The test files that import
the module run on a copy of the tree; a mutation is killed where one of them fails or hangs. What
survives is either a test that is missing or a change that nobody can notice: read it, and decide.

    python packaging/mutate.py --module qvim_studio/core --sample 30 --seed 1
    python packaging/mutate.py --module qvim_studio/audio/trim.py

Needs Linux or macOS (it forks, so that libraries are imported once), and what the tests need. It is
no part of the test run: some seconds for each mutation. Numbers at the top of a module and
sentences are left alone: tests should not repeat them.
"""

from __future__ import annotations

import argparse
import ast
import compileall
import copy
import multiprocessing
import os
import py_compile
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "qvim_studio"
TIMEOUT_S = 60.0  # or what all the tests take unchanged
UNCHANGED_TIMEOUT_S = 1200.0
PRELOADED = ("numpy", "scipy.signal", "soundfile", "soxr", "PySide6.QtWidgets", "pytest")
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
}
CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Mutation:
    """One changed line. module: below the root. before, after: the expression, for people."""

    module: Path
    line: int
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.before}  ->  {self.after}"


def mutations_of(source: str, module: Path) -> list[Mutation]:
    """Every mutation of a module's source."""
    lines = source.splitlines(keepends=True)
    found = []
    for node in _inside_functions(ast.parse(source)):
        for changed in _changes_of(node):
            if node.lineno != node.end_lineno:
                continue
            line = lines[node.lineno - 1].encode()  # columns count bytes
            before = line[node.col_offset : node.end_col_offset]
            after = _in_place(node, changed)
            mutated = line[: node.col_offset] + after.encode() + line[node.end_col_offset :]
            whole = [*lines[: node.lineno - 1], mutated.decode(), *lines[node.lineno :]]
            text = "".join(whole)
            if _is_python(text):
                found.append(Mutation(module, node.lineno, before.decode(), after, text))
    return found


def _in_place(node: ast.AST, changed: ast.AST) -> str:
    text = ast.unparse(changed)
    return (
        f"({text})" if isinstance(node, ast.expr) and not isinstance(node, ast.Constant) else text
    )


def _is_python(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:  # as within an f-string of Python 3.11
        return False
    return True


def _inside_functions(tree: ast.Module) -> Iterator[ast.AST]:
    """Statements and expressions that run, without annotations, defaults and texts."""
    for function in ast.walk(tree):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for statement in function.body:
                yield from _that_run(statement)


def _that_run(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.JoinedStr)):
        return  # functions inside are walked for themselves
    if isinstance(node, ast.Raise):
        return  # which error is raised, and its sentence
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _that_run(child)


def _changes_of(node: ast.AST) -> Iterator[ast.AST]:
    changed = copy.deepcopy(node)
    if isinstance(changed, ast.Compare):
        for place, operator in enumerate(changed.ops):
            one = copy.deepcopy(changed)
            one.ops[place] = COMPARISONS[type(operator)]()
            yield one
    elif isinstance(changed, ast.BoolOp):
        changed.op = ast.Or() if isinstance(changed.op, ast.And) else ast.And()
        yield changed
    elif isinstance(changed, ast.UnaryOp) and isinstance(changed.op, ast.Not):
        yield changed.operand
    elif isinstance(changed, ast.BinOp) and type(changed.op) in OPERATORS:
        if isinstance(changed.left, (ast.JoinedStr, ast.Constant)) and _is_text(changed.left):
            return
        changed.op = OPERATORS[type(changed.op)]()
        yield changed
    elif isinstance(changed, ast.Constant):
        if isinstance(changed.value, bool):
            yield ast.Constant(not changed.value)
        elif isinstance(changed.value, (int, float)):
            yield ast.Constant(changed.value + 1)
    elif isinstance(changed, ast.Call) and isinstance(changed.func, ast.Name):
        if changed.func.id in CALLS:
            changed.func.id = CALLS[changed.func.id]
            yield changed
    elif isinstance(changed, ast.Return) and changed.value is not None:
        if not (isinstance(changed.value, ast.Constant) and changed.value.value is None):
            yield ast.Return(ast.Constant(None))
    elif isinstance(changed, ast.Expr) and isinstance(changed.value, ast.Call):
        yield ast.Pass()


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or isinstance(getattr(node, "value", None), str)


def test_files_of(module: Path, root: Path) -> list[Path]:
    """The test files that import a module by its name, of the same room and of the properties; the
    files of the mirroring folder where none does."""
    name = ".".join(module.with_suffix("").parts)
    rooms = [root / "tests" / module.parts[1], root / "tests" / "properties"]
    files = sorted(file for room in rooms for file in room.rglob("test_*.py"))
    own = [file for file in files if f"{name} " in file.read_text(encoding="utf-8")]
    mirror = root.joinpath("tests", *module.parts[1:-1])
    own = own or sorted(mirror.glob("test_*.py"))
    own.sort(key=lambda file: file.name != f"test_{module.stem}.py")
    return [file.relative_to(root) for file in own]


def copied_tree(root: Path, folder: Path) -> None:
    """What the tests need, in another folder; the package alone is a copy, with compiled files that
    count only for the very source they were made from."""
    shutil.copytree(root / PACKAGE, folder / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("tests", "resources", "packaging", "pyproject.toml", "constraints.txt"):
        if (root / name).exists():
            (folder / name).symlink_to(root / name)
    mode = py_compile.PycInvalidationMode.CHECKED_HASH
    compileall.compile_dir(folder / PACKAGE, quiet=2, invalidation_mode=mode)


def run_tests(tree: Path, files: Sequence[Path], timeout_s: float) -> bool:
    """Whether all of them pass, in time, in a process of its own."""
    fork = multiprocessing.get_context("fork")
    child = fork.Process(target=_be_tested, args=(tree, [str(file) for file in files]))
    child.start()
    child.join(timeout_s)
    if child.is_alive():
        child.kill()
        child.join()
    return child.exitcode == 0


def _be_tested(tree: Path, files: list[str]) -> None:
    import pytest

    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.chdir(tree)
    os.environ["PYTHONPATH"] = str(tree)
    sys.path.insert(0, str(tree))
    status = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "--no-header", *files])
    os._exit(int(status))


def survivors_of(
    mutations: Sequence[Mutation],
    tree: Path,
    is_green: Callable[[Mutation], bool],
    say: Callable[[str], None] = print,
) -> list[Mutation]:
    """Those with which every test still passes; the tree is as it was afterwards."""
    survived = []
    for mutation in mutations:
        file = tree / mutation.module
        original = file.read_text(encoding="utf-8")
        file.write_text(mutation.source, encoding="utf-8")
        try:
            lives = is_green(mutation)
        finally:
            file.write_text(original, encoding="utf-8")
        say(f"{'SURVIVED' if lives else 'killed  '} {mutation}")
        if lives:
            survived.append(mutation)
    return survived


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--module", action="append", type=Path, help="file or folder; all of the package without"
    )
    parser.add_argument("--sample", type=int, help="so many mutations, drawn by chance")
    parser.add_argument("--seed", type=int, default=0, help="of that choice")
    options = parser.parse_args(arguments)
    wanted = [(ROOT / path).resolve() for path in options.module or [Path(PACKAGE)]]
    files = sorted(
        {f for path in wanted for f in ([path] if path.is_file() else path.rglob("*.py"))}
    )
    modules = [file.relative_to(ROOT) for file in files if file.is_file()]
    tested = {module: tests for module in modules if (tests := test_files_of(module, ROOT))}
    for module in modules:
        if module not in tested and mutations_of(_source(module), module):
            print(f"no tests import {module}: left out")
    mutations = [m for module in tested for m in mutations_of(_source(module), module)]
    if options.sample is not None and options.sample < len(mutations):
        mutations = random.Random(options.seed).sample(mutations, options.sample)
        mutations.sort(key=lambda mutation: (mutation.module, mutation.line))
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.dont_write_bytecode = True
    for name in PRELOADED:
        __import__(name)
    asked = list(dict.fromkeys(f for m in mutations for f in tested[m.module]))
    with tempfile.TemporaryDirectory(prefix="qvim-mutate-") as temporary:
        tree = Path(temporary)
        copied_tree(ROOT, tree)
        began = time.monotonic()
        if not run_tests(tree, asked, UNCHANGED_TIMEOUT_S):
            print(f"the tests fail without a mutation, mend them: {' '.join(map(str, asked))}")
            return 1
        timeout_s = max(TIMEOUT_S, time.monotonic() - began)
        survived = survivors_of(
            mutations, tree, lambda m: run_tests(tree, tested[m.module], timeout_s)
        )
    killed = len(mutations) - len(survived)
    print(f"{killed} of {len(mutations)} killed ({killed / max(len(mutations), 1):.0%})")
    for mutation in survived:
        print(f"  {mutation}")
    return 0


def _source(module: Path) -> str:
    return (ROOT / module).read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
