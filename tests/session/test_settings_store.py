"""Settings are saved and announced when they change, and hold even where saving fails."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from qvim_studio.core.errors import OutputError
from qvim_studio.core.program.settings import Settings
from qvim_studio.session.settings_store import SettingsStore


def test_a_change_is_announced_once_and_there_after_a_restart(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path / "settings.json")
    announced: list[Settings] = []
    store.changed.connect(announced.append)
    changed = replace(store.settings, count_in_s=store.settings.count_in_s + 1)
    store.change(changed)
    store.change(replace(changed))
    assert announced == [changed]
    assert SettingsStore(tmp_path / "settings.json").settings == changed


def test_settings_that_cannot_be_saved_hold_for_the_session(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    store = SettingsStore(tmp_path / "file" / "settings.json")
    failed: list[object] = []
    announced: list[Settings] = []
    store.failed.connect(failed.append)
    store.changed.connect(announced.append)
    changed = replace(store.settings, count_in_s=store.settings.count_in_s + 1)
    store.change(changed)
    assert [type(error) for error in failed] == [OutputError]
    assert announced == [changed] and store.settings == changed
