"""Lists the small changes of a module's source by which ``mutate.py`` looks for missing tests."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

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
        if not isinstance(node, (ast.expr, ast.stmt)) or node.lineno != node.end_lineno:
            continue
        for changed in _changes_of(node):
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
    if isinstance(node, ast.keyword) and node.arg == "strict":
        return  # zip's own check of what the lines around it promise
    if isinstance(node, ast.Expr) and ast.unparse(node).startswith(("log.info(", "log.debug(")):
        return  # sentences for whoever looks for a fault
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
