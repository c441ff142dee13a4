"""Brings the translations in resources/translations up to date with the texts in the sources.

    python packaging/translate.py                    update every translation
    python packaging/translate.py --check            change nothing; status 1 if not up to date
    python packaging/translate.py --language fr      begin a translation into French

A translation is a file in Qt Linguist's format; the program reads that file itself. The texts are
found in the syntax tree of the sources, also those that a helper function or a condition hands to
tr(); a test finds them the same way. Translations stay, also where a text moves to another class.
New texts are marked unfinished.
"""

from __future__ import annotations

import argparse
import ast
import csv
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources/translations"
# The window's texts; families declare the titles of their options, which the window translates.
ROOMS = ("jobs", "session", "ui", "families")
OPTIONS_CONTEXT = "Options"
EXAMPLES = ROOT / "resources/examples/examples.csv"  # their titles are translated, too
EXAMPLES_CONTEXT = "Examples"
QT_TEXTS = (("QKeySequenceEdit", "Press shortcut"),)  # where Qt's own translation is too long
# Floors without Qt whose errors and notes the window shows: see qvim_studio/session/sentences.py.
SENTENCE_ROOMS = (
    "core", "audio", "library", "networks", "checkpoints", "memory", "voice", "families",
    "generation", "export", "jobs", "session",
)  # fmt: skip
SENTENCES_CONTEXT = "Sentences"
# Words that these floors fill into their sentences, or show alone.
VALUES = (
    "microphone", "loudspeaker", "could not be read", "could not be brought up to date",
    "stopped by the system, mostly for want of memory", "a fault in a driver or library",
    "auto", "cpu", "minimal", "low", "balanced", "high",
)  # fmt: skip
IN_FILES = "pack_texts.py"  # sentences that stand in a pack, not in the window
FEWEST_WORDS, FEWEST_PARTS = 2, 3  # of a sentence, without and with its values
NOT_SHOWN = re.compile(r"log\.\w+|(self\.)?_?tr|ValueError|TypeError|RuntimeError|KeyError")
MARKS = {"translate", "QT_TRANSLATE_NOOP"}  # called with a context and a text
HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n'

Key = tuple[str, str]  # a context and an English text


class TextFinder(ast.NodeVisitor):
    """Collects the texts of one module: ``texts``."""

    def __init__(self, tree: ast.Module) -> None:
        self.texts: set[Key] = set()
        self._class = ""
        self._constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            if isinstance(node.value.value, str)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        # contexts of texts that stand in tables of the module and are translated from there
        self._tables = {self._context(c) for c in calls if _name(c) == "QT_TRANSLATE_NOOP"}
        self._tables |= {OPTIONS_CONTEXT, EXAMPLES_CONTEXT}
        # functions of the module that translate their one argument, with their context
        self._helpers = {
            function.name: context
            for function in tree.body
            if isinstance(function, ast.FunctionDef) and len(function.args.args) == 1
            for call in ast.walk(function)
            if isinstance(call, ast.Call) and (context := self._context(call)) is not None
            if ast.unparse(call.args[1]) == function.args.args[0].arg
        }

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        outer, self._class = self._class, node.name
        self.generic_visit(node)
        self._class = outer

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if self._class or node.name not in self._helpers:
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name, given = _name(node), node.args
        if name == "Option" and len(given) > 1:
            self._add(OPTIONS_CONTEXT, given[1])
        elif (context := self._context(node)) is not None:
            self._add(context, given[1])
        elif name in self._helpers:
            self._add(self._helpers[name], given[0])
        elif name == "tr" and given:
            self._add(self._class, given[0])
        self.generic_visit(node)

    def _context(self, call: ast.Call) -> str | None:
        """The context that a call names, if it has a context and a text; else None."""
        if _name(call) not in MARKS or len(call.args) < 2:
            return None
        context = call.args[0]
        if isinstance(context, ast.Constant):
            return context.value if isinstance(context.value, str) else None
        return self._constants.get(ast.unparse(context))

    def _add(self, context: str, node: ast.expr) -> None:
        if context in self._tables and not isinstance(node, ast.Constant):
            return
        self.texts |= {(context, text) for text in _literals(node)}


class SentenceFinder(ast.NodeVisitor):
    """Collects the sentences of a module without Qt: ``sentences``, with numbered places for the
    values of an f-string."""

    def __init__(self) -> None:
        self.sentences: set[str] = set()

    def visit_Call(self, node: ast.Call) -> None:
        if not NOT_SHOWN.fullmatch(ast.unparse(node.func)):
            self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # no docstring
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            is_template = re.search(r"\{\d", node.value)  # format() fills it in
            self._add(_plain_places(node.value) if is_template else _escaped(node.value))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        text, places = "", 0
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)
                form = part.format_spec
                text += f"{{{places}:{_form(form)}}}" if form is not None else f"{{{places}}}"
                places += 1
            elif isinstance(part, ast.Constant):
                text += _escaped(str(part.value))
        self._add(text)

    def _add(self, text: str) -> None:
        words = re.findall(r"[A-Za-z]{2,}", re.sub(r"\{[^}]*\}", "", text))
        is_long = len(words) >= FEWEST_WORDS and text.count(" ") + 1 >= FEWEST_PARTS
        if is_long and re.search(r"^\W*[A-Z{\d].*(?<!etc)[.](\s|$)", text) and "\n" not in text:
            self.sentences.add(text)


def texts_of(source: str) -> set[Key]:
    """Every text that a module offers for translation. Raises ValueError for a computed text, which
    no file can translate."""
    tree = ast.parse(source)
    finder = TextFinder(tree)
    finder.visit(tree)
    return finder.texts


def texts_of_package(package: Path) -> set[Key]:
    """The texts of every module of ROOMS, and the titles of the example takes. Raises ValueError,
    as ``texts_of``."""
    with EXAMPLES.open(encoding="utf-8", newline="") as file:
        texts = {(EXAMPLES_CONTEXT, row["title"]) for row in csv.DictReader(file)} | {*QT_TEXTS}
    for path in sorted(path for room in ROOMS for path in (package / room).rglob("*.py")):
        try:
            texts |= texts_of(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(f"{path.relative_to(package.parent)}: {error}") from error
    return texts


def sentences_of_package(package: Path) -> set[Key]:
    """The sentences of the floors without Qt."""
    finder = SentenceFinder()
    for path in sorted(path for room in SENTENCE_ROOMS for path in (package / room).rglob("*.py")):
        if path.name != IN_FILES:
            finder.visit(ast.parse(path.read_text(encoding="utf-8")))
    return {(SENTENCES_CONTEXT, text) for text in finder.sentences | {*VALUES}}


def read_file(path: Path) -> dict[Key, str]:
    """The translations of a file, "" for each that is unfinished."""
    texts: dict[Key, str] = {}
    for context in ElementTree.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            found = message.find("translation")
            is_finished = found is not None and found.get("type") is None
            key = context.findtext("name", ""), message.findtext("source", "")
            texts[key] = (found.text or "") if found is not None and is_finished else ""
    return texts


def carried_over(old: dict[Key, str], texts: set[Key]) -> dict[Key, str]:
    """The translation of each text: its own; else that of the same text in other contexts, if all
    of them agree; else ""."""
    elsewhere: dict[str, set[str]] = {}
    for (_, text), translation in old.items():
        if translation:
            elsewhere.setdefault(text, set()).add(translation)
    new = {}
    for key in sorted(texts):
        agreed = elsewhere.get(key[1], set())
        new[key] = old.get(key, "") or (next(iter(agreed)) if len(agreed) == 1 else "")
    return new


def file_text(language: str, translations: dict[Key, str]) -> str:
    """A file in Qt Linguist's format, sorted, so that two branches rarely change one line."""
    root = ElementTree.Element("TS", version="2.1", language=language, sourcelanguage="en")
    contexts: dict[str, ElementTree.Element] = {}
    for (context, text), translation in sorted(translations.items()):
        if context not in contexts:
            contexts[context] = ElementTree.SubElement(root, "context")
            ElementTree.SubElement(contexts[context], "name").text = context
        message = ElementTree.SubElement(contexts[context], "message")
        ElementTree.SubElement(message, "source").text = text
        state = {} if translation else {"type": "unfinished"}
        ElementTree.SubElement(message, "translation", state).text = translation
    ElementTree.indent(root, " ")
    return HEAD + ElementTree.tostring(root, encoding="unicode") + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Update the translations of the window.")
    task = parser.add_mutually_exclusive_group()
    task.add_argument(
        "--check", action="store_true", help="change nothing, list what is unfinished"
    )
    task.add_argument("--language", help="a language to begin, by its code (ISO 639-1)")
    chosen = parser.parse_args(arguments)
    package = ROOT / "qvim_studio"
    texts = texts_of_package(package) | sentences_of_package(package)
    if chosen.language:
        path = FOLDER / f"qvim_studio_{chosen.language}.ts"
        if not path.exists():
            path.write_text(file_text(chosen.language, {}), encoding="utf-8")
    status = 0
    for path in sorted(FOLDER.glob("*.ts")):
        old = read_file(path)
        new = carried_over(old, texts)
        open_texts = [key for key, translation in new.items() if not translation]
        print(f"{path.name}: {len(new)} texts, {len(open_texts)} unfinished")
        for context, text in open_texts:
            print(f"  {context}: {text}")
        wanted = file_text(path.stem.removeprefix("qvim_studio_"), new)
        if open_texts or wanted != path.read_text(encoding="utf-8"):
            status = int(chosen.check)
        if not chosen.check:
            path.write_text(wanted, encoding="utf-8")
    return status


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _plain_places(text: str) -> str:
    """The text without conversions such as !r in its places: the value holds what they add."""
    return re.sub(r"(\{\d+)![rsa]", r"\1", text)


def _form(spec: ast.expr) -> str:
    """The constant part of the format of a value in an f-string."""
    values = spec.values if isinstance(spec, ast.JoinedStr) else []
    return "".join(str(part.value) for part in values if isinstance(part, ast.Constant))


def _literals(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return [*_literals(node.body), *_literals(node.orelse)]
    raise ValueError(
        f"line {node.lineno} translates {ast.unparse(node)}, expected a text that stands there. "
        "Hand tr() the text itself."
    )


def _name(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


if __name__ == "__main__":
    sys.exit(main())
