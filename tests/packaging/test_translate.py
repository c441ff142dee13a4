"""The script of the translations: which texts it finds, and what it keeps."""

from __future__ import annotations

import importlib.util
import re
import types
from pathlib import Path
from string import Formatter

import pytest

ROOT = Path(__file__).parent.parent.parent
FILES = sorted((ROOT / "resources/translations").glob("*.ts"))
UNITS = "%|Bit|GB|Hz|kHz|MB|ms|s|dB|dBFS|dBTP|LUFS"
SOURCE = """
NAME = "Table"
ROWS = (QT_TRANSLATE_NOOP("Table", "&Row"),)


class Door(QObject):
    def show(self, is_open):
        self.title(self.tr("Slow " "creak").format(1))
        self.tr("Open" if is_open else "Closed")
        return _word("Knock"), QCoreApplication.translate("Other", "Bell")


def _word(text):
    return QCoreApplication.translate(NAME, text)


def rows():
    return [_word(row) for row in ROWS]


STEPS = Option("steps", "Steps", 50)
"""


@pytest.fixture(scope="module")
def script() -> types.ModuleType:
    spec = importlib.util.spec_from_file_location("translate", ROOT / "packaging/translate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def offered(script: types.ModuleType) -> set[tuple[str, str]]:
    return script.texts_of_package(ROOT / "qvim_studio")


@pytest.fixture(scope="module")
def german(script: types.ModuleType) -> dict[tuple[str, str], str]:
    return script.read_file(ROOT / "resources/translations/qvim_studio_de.ts")


def fields(text: str) -> list[str]:
    """The places of a text that are filled in, with their formats."""
    parts = Formatter().parse(text)
    return sorted(f"{name}:{form}" for _, name, form, _ in parts if name is not None)


def test_texts_are_found_however_they_are_translated(script: types.ModuleType) -> None:
    assert script.texts_of(SOURCE) == {
        ("Table", "&Row"),
        ("Door", "Slow creak"),
        ("Door", "Open"),
        ("Door", "Closed"),
        ("Table", "Knock"),
        ("Other", "Bell"),
        ("Options", "Steps"),
    }


def test_what_a_floor_without_qt_says_is_found_with_its_places(script: types.ModuleType) -> None:
    finder = script.SentenceFinder()
    finder.visit(
        script.ast.parse(
            '''
def opened(name, rate):
    """A docstring is for readers of the code."""
    log.info("Nobody sees the log of %s.", name)
    raise FileError(
        f"{name} has {rate / 1000:.1f} kHz, "
        f"{'and' if rate else 'or else'} {{none}}. Convert it."
    )
HEARD = "The encoder {0!r} heard {1:.1f} s. Good."
EDIT = 'Flip one of them: {"kind": "flip"}. Then save.'
'''
        )
    )
    assert finder.sentences == {
        "{0} has {1:.1f} kHz, {2} {{none}}. Convert it.",
        "The encoder {0} heard {1:.1f} s. Good.",
        'Flip one of them: {{"kind": "flip"}}. Then save.',
    }


@pytest.mark.parametrize("computed", ["self.tr(text)", 'self.tr(f"{count} doors")'])
def test_a_computed_text_is_refused_with_its_line(computed: str, script: types.ModuleType) -> None:
    with pytest.raises(ValueError, match=r"line 1 translates .* Hand tr\(\) the text itself"):
        script.texts_of(computed)


def test_a_translation_goes_with_its_text_to_another_class(script: types.ModuleType) -> None:
    old = {
        ("Old", "Door"): "Tür",
        ("Old", "Close"): "Schließen",
        ("Lamp", "Close"): "Aus",
        ("Old", "Gone"): "Weg",
    }
    texts = {("New", "Door"), ("Lamp", "Close"), ("New", "Close"), ("New", "Bell")}
    assert script.carried_over(old, texts) == {
        ("New", "Door"): "Tür",
        ("Lamp", "Close"): "Aus",
        ("New", "Close"): "",  # two translations: a reader of the language decides
        ("New", "Bell"): "",
    }


def test_a_file_reads_as_it_was_written(script: types.ModuleType, tmp_path: Path) -> None:
    translations = {
        ("Door", "{0} & <b>“more”</b>\nbelow"): "{0} & <b>„mehr“</b>\nunten",
        ("Door", "Bell"): "",
    }
    path = tmp_path / "studio_de.ts"
    path.write_text(script.file_text("de", translations), encoding="utf-8")
    assert script.read_file(path) == translations
    assert 'type="unfinished"' in path.read_text(encoding="utf-8")


def test_a_check_begins_no_language(
    script: types.ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        script.main(["--check", "--language", "xx"])
    assert "not allowed with" in capsys.readouterr().err
    assert not (script.FOLDER / "qvim_studio_xx.ts").exists()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_translation_has_every_text_of_the_window_and_no_other(
    path: Path, script: types.ModuleType, offered: set[tuple[str, str]]
) -> None:
    everything = script.read_file(path)
    translations = {key: t for key, t in everything.items() if key[0] != script.SENTENCES_CONTEXT}
    run = "run packaging/translate.py, then translate what it lists"
    assert not offered - set(translations), run
    assert not set(translations) - offered, run
    assert not [key for key, text in translations.items() if not text], run
    assert script.file_text(path.stem.removeprefix("qvim_studio_"), everything) == (
        path.read_text(encoding="utf-8")
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_most_of_what_lower_floors_say_is_translated(path: Path, script: types.ModuleType) -> None:
    sentences = script.sentences_of_package(ROOT / "qvim_studio")
    translations = script.read_file(path)
    done = [key for key in sentences if translations.get(key)]
    assert len(done) >= 0.9 * len(sentences) > 200


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_translation_fills_in_the_same_values_and_keeps_the_lines(
    path: Path, script: types.ModuleType
) -> None:
    for (_, text), translation in script.read_file(path).items():
        if not translation:
            continue
        assert fields(translation) == fields(text)
        assert translation.count("\n") == text.count("\n")
        assert translation == translation.strip(" ") or text != text.strip(" ")
        assert ("&" in translation) is ("&" in text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_two_menus_have_one_letter(path: Path, script: types.ModuleType) -> None:
    titles = [text for (_, key), text in script.read_file(path).items() if key.startswith("&")]
    letters = [title[title.index("&") + 1].lower() for title in titles]
    assert len(letters) > 5 and len(set(letters)) == len(letters)


def test_german_is_set_as_german_is(german: dict[tuple[str, str], str]) -> None:
    """Quotes, ellipses and the space before a unit."""
    for text in german.values():
        assert text.count("„") == text.count("“") and not re.search('["”]|\\.\\.\\.', text)
        assert not re.search(r"(?<=[^\s>])…|(?<!^)(?<!\n) …", text), f"no-break space in: {text}"
        assert not re.search(rf"[\d}}] ({UNITS})(?!\w)", text), f"no-break space in: {text}"
