"""Changes the program in small ways and checks whether a test notices each change.

Each mutation changes one expression on one line inside a function: a comparison, an operator, a
number, a truth value, a returned value, a call whose result nobody uses. The test files that import
the module run on a copy of the tree, its own test file first; a mutation is killed if a test fails
or hangs. A survivor means that a test is missing, that the code is needless, or that nobody can
notice the change: read it and decide. Tests that start other programs take seconds and are left out
unless ``--programs`` is given.

    python packaging/mutate.py --module qvim_studio/core --sample 30 --seed 1
    python packaging/mutate.py --module qvim_studio/audio/trim.py

Needs Linux or macOS (it forks, so that libraries are imported once) and the packages of the tests.
The test run leaves it out, for each mutation takes some time. Numbers at the top of a module and
sentences stay unchanged, also those of log.info: tests should not repeat them.
"""

from __future__ import annotations

import argparse
import ast
import compileall
import contextlib
import functools
import gc
import importlib
import multiprocessing
import os
import py_compile
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import types
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from itertools import zip_longest
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn

import pytest
from mutations import Mutation, mutations_of

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "qvim_studio"
TIMEOUT_S = 60.0  # or as long as all the tests take without a mutation, if that is longer
UNCHANGED_TIMEOUT_S = 1200.0
STDERR = os.dup(2)  # stays open when the tests' own output is dropped
PRELOADED = ("numpy", "scipy.signal", "soundfile", "soxr", "PySide6.QtWidgets")


def test_files_of(module: Path, root: Path) -> list[Path]:
    """The test files that import a module, its own first: those of the same room and of the
    properties; the files of the mirroring folder where none does."""
    package, name = _dotted(module).rsplit(".", 1)
    package = re.escape(package)
    imported = re.compile(rf"\b{package}(\.| import .*\b){name}\b")
    rooms = [root / "tests" / module.parts[1], root / "tests" / "properties"]
    files = sorted(file for room in rooms for file in room.rglob("test_*.py"))
    own = [file for file in files if imported.search(file.read_text(encoding="utf-8"))]
    mirror = root.joinpath("tests", *module.parts[1:-1])
    own = own or sorted(mirror.glob("test_*.py"))
    own.sort(key=lambda file: file.name != f"test_{module.stem}.py")
    return [file.relative_to(root) for file in own]


def copied_tree(root: Path, folder: Path) -> None:
    """Put all that the tests need into another folder. Only the package is a copy; its compiled
    files are valid only for the source that they were made from."""
    shutil.copytree(root / PACKAGE, folder / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("tests", "resources", "packaging", "pyproject.toml", "constraints.txt"):
        if (root / name).exists():
            (folder / name).symlink_to(root / name)
    mode = py_compile.PycInvalidationMode.CHECKED_HASH
    compileall.compile_dir(folder / PACKAGE, quiet=2, invalidation_mode=mode)


class NoPrograms:
    """A plugin for pytest that skips a test as soon as it starts another program."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(subprocess.Popen, "__init__", _skip)
            return (yield)


def _skip(*_arguments: object, **_options: object) -> NoReturn:
    pytest.skip("starts a program")


class ManyRuns:
    """A plugin for pytest that imports and collects the tests once. For each mutation, those that
    call the mutated function run in a fork, in which the function has changed code.

    Sends for each mutation whether its tests pass; False first if they fail without any.
    """

    def __init__(
        self,
        tree: Path,
        mutations: Sequence[Mutation],
        tested: Mapping[Path, Sequence[Path]],
        answers: Connection,
    ) -> None:
        self._tree = tree
        self._mutations = mutations
        self._tested = tested
        self._answers = answers

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for module in self._tested:
            importlib.import_module(_dotted(module))
        gc.unfreeze()  # what the tests froze is not listed
        functions = [f for f in gc.get_objects() if type(f) is types.FunctionType]
        began = time.monotonic()
        called = _called_by(session.items)
        self._answers.send(called is not None)
        if called is None:
            return True
        timeout_s = max(TIMEOUT_S, time.monotonic() - began)
        for mutation in self._mutations:
            files = [(self._tree / file).resolve() for file in self._tested[mutation.module]]
            module = self._tree / mutation.module
            place = (str(module), *function_at(module.read_text("utf-8"), mutation.line))
            items = [item for item in session.items if place in called[item.nodeid]]
            items = [item for file in files for item in items if item.path.resolve() == file]
            run = functools.partial(self._survives, mutation, items, functions)
            self._answers.send(_in_a_fork(run, timeout_s))
        return True

    def _survives(
        self,
        mutation: Mutation,
        items: Sequence[pytest.Item],
        functions: Sequence[types.FunctionType],
    ) -> bool:
        file = str(self._tree / mutation.module)
        changed = codes_of(compile(mutation.source, file, "exec", dont_inherit=True))
        for function in functions:
            code = function.__code__
            after = changed.get((code.co_name, code.co_firstlineno))
            if code.co_filename == file and after is not None and after != code:
                with contextlib.suppress(ValueError):  # uses other names of the function around it
                    function.__code__ = after
        return _all_pass(items)


def function_at(source: str, line: int) -> tuple[str, int]:
    """The name and the first line of the innermost function around a line."""
    functions = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    firsts = {min(each.lineno for each in (f, *f.decorator_list)): f for f in functions}
    first = max(at for at, f in firsts.items() if at <= line <= (f.end_lineno or at))
    return firsts[first].name, first


def _called_by(items: Sequence[pytest.Item]) -> dict[str, set[tuple[str, str, int]]] | None:
    """The functions (file, name, first line) that each test calls, run in a process of its own;
    None if a test fails."""
    fork = multiprocessing.get_context("fork")
    answer, to_answer = fork.Pipe(duplex=False)

    def look() -> None:
        codes: set[types.CodeType] = set()
        called: dict[str, set[tuple[str, str, int]]] = {}

        def note(frame: types.FrameType, _event: str, _what: object) -> None:
            codes.add(frame.f_code)

        for item, after in zip_longest(items, items[1:]):
            codes.clear()
            threading.settrace(note)
            sys.settrace(note)
            item.ihook.pytest_runtest_protocol(item=item, nextitem=after)
            sys.settrace(None)
            called[item.nodeid] = {(c.co_filename, c.co_name, c.co_firstlineno) for c in codes}
            if item.session.testsfailed:
                os.write(STDERR, f"{item.nodeid} fails without a mutation\n".encode())
                os._exit(1)
        to_answer.send(called)
        os._exit(0)

    child = fork.Process(target=look)
    child.start()
    to_answer.close()
    with answer, contextlib.suppress(EOFError):
        found = answer.recv() if answer.poll(UNCHANGED_TIMEOUT_S) else None
        child.kill()
        return found
    return None


def codes_of(code: types.CodeType) -> dict[tuple[str, int], types.CodeType]:
    """The code objects inside one, by name and first line; not those that share both."""
    found: dict[tuple[str, int], list[types.CodeType]] = {}
    waiting = [code]
    while waiting:
        inside = [each for each in waiting.pop().co_consts if isinstance(each, types.CodeType)]
        waiting += inside
        for each in inside:
            found.setdefault((each.co_name, each.co_firstlineno), []).append(each)
    return {key: codes[0] for key, codes in found.items() if len(codes) == 1}


def _all_pass(items: Sequence[pytest.Item]) -> bool:
    """Run tests until the first one fails."""
    for item, after in zip_longest(items, items[1:]):
        item.ihook.pytest_runtest_protocol(item=item, nextitem=after)
        if item.session.testsfailed:
            return False
    return True


def _in_a_fork(question: Callable[[], bool], timeout_s: float) -> bool:
    """What a function answers in a process of its own; False if it dies or hangs."""
    fork = multiprocessing.get_context("fork")
    child = fork.Process(target=lambda: os._exit(0 if question() else 1))
    child.start()
    child.join(timeout_s)
    if child.is_alive():
        child.kill()
        child.join()
    return child.exitcode == 0


def run_tests(
    tree: Path, files: Sequence[Path], timeout_s: float, *, programs: bool = False
) -> bool:
    """Whether all test files pass in time, in a separate process that imports everything again.
    programs: whether tests that start other programs take part."""
    plugins = [] if programs else [NoPrograms()]
    return _in_a_fork(lambda: _pytest(tree, files, plugins) == 0, timeout_s)


def run_mutations(
    tree: Path,
    mutations: Sequence[Mutation],
    tested: Mapping[Path, Sequence[Path]],
    *,
    programs: bool = False,
) -> Iterator[bool]:
    """Yield whether the tests pass without a mutation, then for each mutation whether they pass."""
    fork = multiprocessing.get_context("fork")
    answers, to_answers = fork.Pipe(duplex=False)
    plugins: list[object] = [] if programs else [NoPrograms()]
    plugins.append(ManyRuns(tree, mutations, tested, to_answers))
    files = list(dict.fromkeys(file for module in tested for file in tested[module]))

    def be_tested() -> None:
        answers.close()  # whose end then ends this process as well
        _pytest(tree, files, plugins)

    child = fork.Process(target=be_tested)
    child.start()
    to_answers.close()
    with answers, contextlib.suppress(EOFError):  # the tests cannot even be collected
        while True:
            yield answers.recv()
    child.join()


def _pytest(tree: Path, files: Sequence[Path], plugins: Sequence[object]) -> int:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.chdir(tree)
    os.environ["PYTHONPATH"] = str(tree)
    sys.path.insert(0, str(tree))
    options = ["-x", "-q", "-p", "no:cacheprovider", "--no-header", f"--basetemp={tree}.tests"]
    return int(pytest.main([*options, *map(str, files)], list(plugins)))


def survivors_of(
    mutations: Sequence[Mutation],
    tree: Path,
    is_green: Callable[[Mutation], bool],
    say: Callable[[str], None] = print,
) -> list[Mutation]:
    """The mutations with which every test still passes. The tree is restored afterwards."""
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
        "--module", action="append", type=Path, help="file or folder (default: the whole package)"
    )
    parser.add_argument("--sample", type=int, help="how many mutations to draw by chance")
    parser.add_argument("--seed", type=int, default=0, help="the seed of the draw")
    parser.add_argument(
        "--programs", action="store_true", help="run the tests that start other programs as well"
    )
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
    asked = {mutation.module: tested[mutation.module] for mutation in mutations}
    with tempfile.TemporaryDirectory(prefix="qvim-mutate-") as temporary:
        tree = Path(temporary).resolve() / "tree"
        copied_tree(ROOT, tree)
        answers = run_mutations(tree, mutations, asked, programs=options.programs)
        if not next(answers, False):
            files = dict.fromkeys(str(file) for files in asked.values() for file in files)
            print(f"the tests fail without a mutation, mend them: {' '.join(files)}")
            return 1
        lively = []
        for mutation, lives in zip(mutations, answers, strict=True):
            print(f"{'passed  ' if lives else 'killed  '} {mutation}")
            if lives:
                lively.append(mutation)
        # Functions that ran at an import or for several tests at once are changed on the disk.
        survived = survivors_of(
            lively,
            tree,
            lambda m: run_tests(tree, asked[m.module], TIMEOUT_S, programs=options.programs),
        )
    killed = len(mutations) - len(survived)
    print(f"{killed} of {len(mutations)} killed ({killed / max(len(mutations), 1):.0%})")
    for mutation in survived:
        print(f"  {mutation}")
    return 0


def _dotted(module: Path) -> str:
    return ".".join(module.with_suffix("").parts)


def _source(module: Path) -> str:
    return (ROOT / module).read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
