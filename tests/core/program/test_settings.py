from __future__ import annotations

import json
from pathlib import Path

import pytest

from qvim_studio.core.errors import OutputError, UsageError
from qvim_studio.core.program.device_key import DeviceKey, InputChoice
from qvim_studio.core.program.settings import (
    Language,
    Settings,
    Theme,
    load_settings,
    save_settings,
)
from qvim_studio.core.request import Start, VramMode

CHOSEN = Settings(
    language=Language.GERMAN,
    theme=Theme.LIGHT,
    vram_mode=VramMode.LOW,
    steps=12,
    guidance=3.5,
    start=Start.NEAREST,
    input_device=DeviceKey("Mic (USB) – Ü", "ALSA", 2),
    inputs=(InputChoice(DeviceKey("Interface", "Core Audio"), 3),),
    variations=8,
)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "config" / "settings.json"
    save_settings(CHOSEN, path)
    assert load_settings(path) == (CHOSEN, None)
    assert [file.name for file in path.parent.iterdir()] == ["settings.json"]


def test_a_first_start_has_defaults_and_says_nothing(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "settings.json") == (Settings(), None)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"version": "x"}',
        b"\xff\xfe\x00",
        b'{"version": 1, "variations": 0}',
        b'{"version": 1, "variations": true}',
        b'{"version": 1, "theme": "pink"}',
        b'{"version": 1, "steps": "many"}',
        b'{"version": 1, "balance": NaN}',
        b'{"version": 0}',
        b'{"version": 1, "input_device": 5}',
        b'{"version": 2, "inputs": [5]}',
        b'{"version": 99, "theme": "dark"}',
    ],
)
def test_settings_that_cannot_be_used_are_kept_aside(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    settings, notice = load_settings(path)
    assert settings == Settings()
    assert notice is not None and "defaults" in notice
    save_settings(CHOSEN, path)
    assert (tmp_path / "settings.unused-1.json").read_bytes() == content


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("language", "klingon"),
        ("theme", "pink"),
        ("theme", ["dark"]),
        ("variations", 0),
        ("variations", 10**400),
        ("steps", "many"),
        ("balance", float("nan")),
        ("shortcuts", "ctrl"),
        ("shortcuts", []),
        ("texts", {"a": 1}),
        ("watch_folder", None),
        ("input_device", {}),
        ("guidance", True),
    ],
)
def test_one_bad_value_costs_itself_alone(tmp_path: Path, name: str, value: object) -> None:
    path = tmp_path / "settings.json"
    good = {"steps": 12, "follow": 0.25, "shortcuts": {"play": "P"}, "texts": ["rain"]}
    path.write_text(json.dumps({"version": 1, **good, name: value}))
    before = path.read_bytes()
    settings, notice = load_settings(path)
    expected = {"steps": 12, "follow": 0.25, "shortcuts": {"play": "P"}, "texts": ("rain",)}
    expected.pop(name, None)
    assert settings == Settings(**expected)
    assert notice is not None and name in notice and "settings.unused-1.json" in notice
    assert (tmp_path / "settings.unused-1.json").read_bytes() == before


def test_one_bad_shortcut_costs_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    stored = {"shortcuts": {"play": "P", "stop": 5, "find": "F"}, "texts": ["rain", 3, "sea"]}
    path.write_text(json.dumps({"version": 1, **stored}))
    settings, notice = load_settings(path)
    assert settings.shortcuts == {"play": "P", "find": "F"} and settings.texts == ("rain", "sea")
    assert notice is not None and "texts, shortcuts: stop." in notice


@pytest.mark.parametrize(
    "stored", [{"version": 1, "theme": "dark"}, {"version": 2, "theme": "dark", "steps": "many"}]
)
def test_settings_are_healed_once_and_not_at_every_start(
    tmp_path: Path, stored: dict[str, object]
) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(stored))
    first, _ = load_settings(path)
    assert len(list(tmp_path.iterdir())) == 2  # with the file as it was
    assert load_settings(path) == (first, None) and first.theme is Theme.DARK
    assert len(list(tmp_path.iterdir())) == 2


def test_a_list_of_bad_values_stays_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"version": 1, "shortcuts": {f"key {n}": n for n in range(99)}}))
    _, notice = load_settings(path)
    assert notice is not None and "key 5, …." in notice and "key 6" not in notice


def test_brackets_nested_too_deeply_are_kept_aside(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text("[" * 60_000)
    settings, notice = load_settings(path)
    assert settings == Settings() and notice is not None and "could not be read" in notice


def test_unknown_keys_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"version": 1, "theme": "dark", "gone": 5}')
    assert load_settings(path) == (Settings(theme=Theme.DARK), None)


def test_an_older_version_is_migrated_after_a_backup(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"version": 1, "theme": "dark"}')
    migrations = {1: lambda old: {**old, "theme": "light"}}
    assert load_settings(path, migrations) == (Settings(theme=Theme.LIGHT), None)
    assert json.loads((tmp_path / "settings.version-1-1.json").read_text())["theme"] == "dark"


def test_devices_of_version_1_keep_their_names(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"version": 1, "input_device": "Mic", "output_device": "", "steps": 9}')
    assert load_settings(path) == (Settings(input_device=DeviceKey("Mic"), steps=9), None)
    assert (tmp_path / "settings.version-1-1.json").is_file()


def test_settings_that_cannot_be_saved_are_told_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be saved"):
        save_settings(CHOSEN, tmp_path / "file" / "settings.json")


def test_impossible_values_are_refused_at_birth() -> None:
    with pytest.raises(UsageError, match="balance must lie between"):
        Settings(balance=1.5)


@pytest.mark.parametrize(
    ("name", "low", "high", "below", "above"),
    [
        ("balance", 0.0, 1.0, -0.1, 1.1),
        ("follow", 0.0, 1.0, -0.1, 1.1),
        ("variations", 1, 64, 0, 65),
        ("fits", 0, 8, -1, 9),
        ("strength", 0.01, 1.0, 0.0, 1.1),
        ("steps", 1, 1000, 0, 1001),
        ("guidance", 0.0, 30.0, -0.1, 30.1),
        ("count_in_s", 0, 10, -1, 11),
        ("text_percent", 80, 200, 79, 201),
    ],
)
def test_a_setting_lies_within_its_range_ends_included(
    name: str, low: float, high: float, below: float, above: float
) -> None:
    for value in (low, high):
        assert getattr(Settings(**{name: value}), name) == value
    for value in (below, above):
        with pytest.raises(UsageError, match=f"The setting {name} must lie between"):
            Settings(**{name: value})


def test_the_microphone_is_heard_only_when_that_is_wanted() -> None:
    headphones = DeviceKey("Headphones", "ALSA")
    assert Settings(output_device=headphones).monitor is None
    assert Settings(output_device=headphones, hears_microphone=True).monitor is headphones


@pytest.mark.parametrize("name", ["texts", "shortcuts", "pack", "by_checkpoint"])
def test_stored_texts_are_texts(name: str) -> None:
    wrong = (5,) if name == "texts" else {"play": 5}
    with pytest.raises(UsageError, match=f"The setting {name} must be str, got 5"):
        Settings(**{name: wrong})


def test_a_migration_that_fails_sets_the_file_aside(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"version": 1, "theme": "dark"}')
    settings, notice = load_settings(path, {1: lambda old: {"theme": old["gone"]}})
    assert settings == Settings()
    assert notice is not None and "could not be brought up to date" in notice
