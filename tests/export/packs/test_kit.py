"""A kit from one breath: requests, files and presets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from scripted_engine import ScriptedEngine

from qvim_studio import assembly
from qvim_studio.commands import cli
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CheckpointError, OutputError, UsageError
from qvim_studio.core.program.interrupts import Terminated
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult, Progress
from qvim_studio.export.files.recipe import read_recipe
from qvim_studio.export.packs import presets
from qvim_studio.export.packs.kit import KitReport, kit_requests, make_kit, write_kit
from qvim_studio.library.recipes import parse_recipe, request_from

RATE = 16_000


def make_take(count: int = 3) -> AudioClip:
    rng = np.random.default_rng(0)
    decay = np.exp(-25 * np.arange(RATE // 2) / RATE)
    hits = [0.4 * decay * rng.uniform(-1, 1, RATE // 2) for _ in range(count)]
    return AudioClip.from_mono(np.concatenate(hits), RATE)


TAKE = make_take()
BASE = GenerationRequest(imitation=TAKE, variations=2, seed=10)


def test_each_sound_becomes_its_own_request() -> None:
    requests = kit_requests(TAKE, BASE)
    assert [request.seed for request in requests] == [10, 12, 14]
    lengths = [request.imitation.duration_s for request in requests if request.imitation]
    assert len(lengths) == 3 and max(lengths) < 0.6


def test_the_kit_is_whole_and_every_file_remembers_its_own_take(tmp_path: Path) -> None:
    requests = kit_requests(TAKE, BASE)
    seen: list[tuple[int, int]] = []
    report = make_kit(
        requests, ScriptedEngine(), tmp_path, "my beat", lambda n, count, _: seen.append((n, count))
    )
    assert report.folder == tmp_path / "my_beat" and [len(s) for s in report.sounds] == [2, 2, 2]
    assert (seen[0], seen[-1]) == ((0, 3), (2, 3))
    sfz = report.presets[0].read_text()
    assert sfz.count("seq_length=2") == 3 and "key=38" in sfz
    for path in [*report.presets, *(wav for sound in report.sounds for wav in sound)]:
        assert path.is_file()
    for line in sfz.splitlines():
        if line.startswith("sample="):
            assert (report.folder / line.removeprefix("sample=")).is_file()
    recipe = read_recipe(report.sounds[1][0])
    parsed = parse_recipe(recipe, report.sounds[1][0])
    assert parsed is not None
    again = request_from(parsed, requests[1].imitation)
    assert again.recipe() == {**requests[1].recipe(), "seed": parsed.seed}
    assert [path.name for path in tmp_path.iterdir()] == ["my_beat"]


def test_a_second_kit_overwrites_nothing(tmp_path: Path) -> None:
    requests = kit_requests(TAKE, BASE)
    make_kit(requests, ScriptedEngine(), tmp_path, "beat")
    second = make_kit(requests, ScriptedEngine(), tmp_path, "beat")
    assert second.folder.name == "beat-2"


def test_a_failed_first_sound_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError):
        make_kit([GenerationRequest(text="fail")], ScriptedEngine(), tmp_path, "beat")
    assert list(tmp_path.iterdir()) == []


def test_what_is_finished_before_an_error_is_a_kit(tmp_path: Path) -> None:
    requests = [*kit_requests(TAKE, BASE)[:1], GenerationRequest(text="2 then fail", variations=3)]
    kept: list[KitReport] = []
    with pytest.raises(CheckpointError):
        make_kit(requests, ScriptedEngine(), tmp_path, "beat", on_kept=kept.append)
    assert [len(sound) for sound in kept[0].sounds] == [2, 2]
    assert "Stopped: 2 of 3 sounds were made." in kept[0].notes
    assert all(path.is_file() for sound in kept[0].sounds for path in sound)


def test_an_interrupted_command_says_where_the_finished_sounds_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted(ScriptedEngine):
        def generate(self, request: GenerationRequest, *others: Any) -> GenerationResult:
            if request.seed:
                raise KeyboardInterrupt
            return super().generate(request, *others)

    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    monkeypatch.setattr(assembly, "make_plain_engine", Interrupted)
    soundfile.write(tmp_path / "beat.wav", TAKE.samples, RATE)
    assert cli.main(["kit", str(tmp_path / "beat.wav"), "-o", str(tmp_path), "--json"]) == 130
    printed = capsys.readouterr()
    assert f"1 finished sound is kept in {tmp_path / 'beat'}" in printed.err
    answer = json.loads(printed.out)
    assert "Interrupted" in answer["error"] and answer["folder"] == str(tmp_path / "beat")
    assert [len(paths) for paths in answer["sounds"]] == [3]
    assert len(list((tmp_path / "beat" / "Samples").glob("*.wav"))) == 3


def test_a_disk_that_fills_up_before_the_presets_keeps_every_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(presets, "_write_multisample", fail)
    kept: list[KitReport] = []
    with pytest.raises(OutputError, match="the disk is full"):
        make_kit(kit_requests(TAKE, BASE), ScriptedEngine(), tmp_path, "beat", on_kept=kept.append)
    assert [len(sound) for sound in kept[0].sounds] == [2, 2, 2] and kept[0].presets == ()
    assert len(list((tmp_path / "beat" / "Samples").glob("*.wav"))) == 6


def test_results_in_memory_leave_nothing_on_a_disk_that_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    (request,) = kit_requests(make_take(1), BASE)
    result = ScriptedEngine().generate(request, lambda progress: None, lambda: False)
    monkeypatch.setattr(presets, "_write_multisample", fail)
    with pytest.raises(OutputError, match="the disk is full"):
        write_kit([result], tmp_path, "beat")
    assert list(tmp_path.iterdir()) == []


def test_every_sound_of_a_kit_is_on_the_disk_before_the_next_is_made(tmp_path: Path) -> None:
    seen: list[int] = []

    def count(number: int, of: int, progress: Progress) -> None:
        seen.append(len(list(tmp_path.rglob("*.wav"))))

    requests = [GenerationRequest(text="2 then x", variations=2, seed=seed) for seed in (0, 2)]
    make_kit(requests, ScriptedEngine(), tmp_path, "beat", count)
    assert seen[:3] == [0, 1, 2] and max(seen) == 4


@pytest.mark.parametrize("error", [RuntimeError("a bug"), MemoryError(), Terminated(15)])
def test_whatever_ends_a_kit_keeps_what_is_finished(tmp_path: Path, error: BaseException) -> None:
    class Ending(ScriptedEngine):
        def generate(self, request: GenerationRequest, *others: Any) -> GenerationResult:
            if request.seed > 10:
                raise error
            return super().generate(request, *others)

    kept: list[KitReport] = []
    with pytest.raises(type(error)):
        make_kit(kit_requests(TAKE, BASE), Ending(), tmp_path, "beat", on_kept=kept.append)
    assert [len(sound) for sound in kept[0].sounds] == [2] and len(kept[0].presets) == 3


def test_more_sounds_than_keys_are_refused() -> None:
    with pytest.raises(UsageError, match="93 sounds, expected at most 92"):
        kit_requests(make_take(93), BASE)


def test_the_command_makes_a_kit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    monkeypatch.setattr(assembly, "make_plain_engine", ScriptedEngine)
    soundfile.write(tmp_path / "beat.wav", TAKE.samples, RATE)
    command = ["kit", tmp_path / "beat.wav", "--variations", 2, "-o", tmp_path / "out", "--json"]
    assert cli.main([str(part) for part in command]) == 0
    report = json.loads(capsys.readouterr().out)
    assert len(report["sounds"]) == 3 and all(Path(path).is_file() for path in report["presets"])
