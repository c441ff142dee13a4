"""The command that renders many takes: lists in, a tree with a table out, resumed at will."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import scripted_engine
from command_line import run
from fake_ray import FakeRay
from inline_workers import InlineWorkers, render_with

from qvim_studio import assembly
from qvim_studio.commands import cli
from qvim_studio.commands import render as command
from qvim_studio.commands.render import RowMeter
from qvim_studio.export.files import arriving_clips
from qvim_studio.export.files.recipe import read_recipe
from qvim_studio.rendering.ray_workers import RayConnection
from qvim_studio.rendering.render_journal import JournalRow, RowCounts

SUPPORT = Path(__file__).parents[1] / "support"


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> list[InlineWorkers]:
    """The workers of each run, in this process."""
    made: list[InlineWorkers] = []
    mishaps: dict[str, Sequence[Any]] = {}

    def start(factory: str, environments: Sequence[Mapping[str, str]]) -> InlineWorkers:
        render = render_with("scripted_engine:make_engine")
        made.append(InlineWorkers(render, len(environments), mishaps))
        return made[-1]

    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    monkeypatch.setattr(command, "LocalWorkers", start)
    monkeypatch.setattr(command, "_count_gpus", lambda: 0)
    return made


@pytest.fixture
def texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    table = tmp_path / "texts.csv"
    table.write_text("text,seed\nrain,1\nwind,2\nfire,3\n")
    return table


QUICK = ("--variations", 1, "--duration", 0.2, "--workers", 2, "-o", "out")


def results() -> list[dict[str, str]]:
    with Path("out/results.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_list_is_rendered_and_the_next_run_makes_nothing_twice(
    texts: Path, crew: list[InlineWorkers], capsys: pytest.CaptureFixture[str]
) -> None:
    status, printed, errors = run(capsys, "render", texts, *QUICK, "--json")
    answer = json.loads(printed)
    assert status == 0 and (answer["done"], answer["made_clips"], answer["workers"]) == (3, 3, 2)
    assert "3 rows to make; workers: 2" in errors
    rows = results()
    assert [(row["text"], row["state"]) for row in rows] == [
        ("rain", "done"),
        ("wind", "done"),
        ("fire", "done"),
    ]
    made = Path("out") / rows[1]["files"]
    recipe = read_recipe(made)
    assert recipe is not None and recipe["seed"] == 2 and recipe["request"]["text"] == "wind"
    assert made.with_suffix(".json").is_file() and crew[0].is_closed
    texts.write_text(texts.read_text() + "snow,4\n")
    status, _, _ = run(capsys, "render", texts, *QUICK)
    assert status == 0 and crew[1].given == ["snow"]
    assert run(capsys, "render", texts, *QUICK)[0] == 0 and len(crew) == 2  # no worker starts


def test_a_folder_with_a_recipe_is_rendered(
    texts: Path, crew: list[InlineWorkers], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "render", texts, *QUICK)[0] == 0
    recipe = Path("out") / results()[2]["files"]
    takes = Path("takes/dogs")
    takes.mkdir(parents=True)
    (takes / "woof.wav").write_bytes(recipe.read_bytes())
    options = ("--workers", 1, "-o", "out", "--recipe", recipe, "--option", "variety=0.5")
    status, _, errors = run(capsys, "render", "takes", *options)
    assert status == 0, errors
    (row,) = results()
    made = read_recipe(Path("out") / row["files"])
    assert row["take"] == str(Path("dogs") / "woof.wav") and row["files"].startswith("dogs/woof-")
    assert made is not None and made["seed"] == 3 and made["request"]["imitation_sha256"]
    assert made["request"]["text"] == "fire" and made["request"]["balance"] == 0.5
    assert made["request"]["options"] == {"variety": 0.5}


def test_failed_rows_are_listed_and_set_the_exit_status(
    texts: Path, crew: list[InlineWorkers], capsys: pytest.CaptureFixture[str]
) -> None:
    texts.write_text("take,text,seed\nabsent.wav,,\n,fail,1\n,rain,2\n")
    status, printed, errors = run(capsys, "render", texts, *QUICK, "--json")
    answer = json.loads(printed)
    assert status == 1 and (answer["done"], answer["failed"]) == (1, 2)
    assert "2 of 3 rows failed; out/results.csv says why." in answer["error"]
    assert [failure["take"] for failure in answer["failures"]] == ["absent.wav", ""]
    assert "failed: absent.wav: " in errors and "failed: fail: The checkpoint is gone" in errors
    assert [row["state"] for row in results()] == ["failed", "failed", "done"]
    assert "The checkpoint is gone. Choose another." in results()[1]["error"]
    status, printed, _ = run(capsys, "render", texts, *QUICK)
    assert status == 1 and "failed: absent.wav: " in printed and crew[1].given == ["fail"]


@pytest.mark.parametrize(
    ("options", "workers", "actor"),
    [
        (("--ray", "10.0.0.1:6379"), 2, {"num_cpus": 1, "num_gpus": 1}),
        (("--ray", "10.0.0.1:6379", "--vram-mode", "cpu"), 3, {"num_cpus": 1}),
        (("--ray", "local", "--workers", 3), 3, {"num_cpus": 1, "num_gpus": 1 / 2}),
    ],
)
def test_a_cluster_renders_with_an_actor_for_each_gpu_or_processor(
    options: tuple[object, ...],
    workers: int,
    actor: dict[str, float],
    texts: Path,
    crew: list[InlineWorkers],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ray, asked = FakeRay(), []

    def connect(address: str, count: int) -> RayConnection:
        asked.append(address)
        return RayConnection(ray)

    monkeypatch.setattr(command, "connect_to_ray", connect)
    monkeypatch.setattr(assembly, "make_plain_engine", scripted_engine.make_engine)
    given = ("--variations", 1, "--duration", 0.2, "-o", "out", *options)
    status, printed, _ = run(capsys, "render", texts, *given, "--json")
    answer = json.loads(printed)
    assert (status, answer["done"], answer["workers"]) == (0, 3, workers)
    assert asked == [options[1]] and ray.options == actor and ray.is_shut_down
    assert len(ray.actors) == workers and not crew


def test_interrupting_ends_the_workers_and_keeps_what_is_made(
    texts: Path,
    crew: list[InlineWorkers],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupt(self: RowMeter, row: JournalRow, error: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(RowMeter, "on_row", interrupt)
    status, printed, errors = run(capsys, "render", texts, *QUICK, "--json")
    answer = json.loads(printed)
    assert status == 130 and (answer["done"], answer["waiting"]) == (1, 2)
    assert "Nothing half-written was left behind." in errors and crew[0].is_closed
    assert [row["state"] for row in results()] == ["done", "waiting", "waiting"]


def test_what_is_impossible_is_refused_before_a_worker_starts(
    texts: Path, crew: list[InlineWorkers], capsys: pytest.CaptureFixture[str]
) -> None:
    for given, words in (
        (("--retries", -1), "--retries must be 0 or more"),
        (("--workers", 0), "--workers must be at least 1"),
        (("--seed", "x"), "seed is 'x', expected a whole number"),
        (("--recipe", texts), "holds no recipe"),
    ):
        status, _, errors = run(capsys, "render", texts, "-o", "out", *given)
        assert status == 2 and words in errors
    texts.write_text("text\n")
    status, _, errors = run(capsys, "render", texts, "-o", "out")
    assert status == 2 and "holds no take and no words" in errors
    assert not crew


def test_a_disk_without_room_is_refused_before_a_worker_starts(
    texts: Path,
    crew: list[InlineWorkers],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert run(capsys, "render", texts, *QUICK)[0] == 0
    texts.write_text("text,seed\nrain,1\nwind,2\nfire,3\nsnow,4\n")
    row = round(0.2 * 144_000) + 6_000
    free = SimpleNamespace(free=row - 1)
    monkeypatch.setattr(arriving_clips.shutil, "disk_usage", lambda folder: free)
    status, _, errors = run(capsys, "render", texts, *QUICK)
    assert status == 1 and "The disk of out has 0.0 MiB free" in errors and len(crew) == 1
    free.free = row  # three of four rows are made already
    assert run(capsys, "render", texts, *QUICK)[0] == 0


def test_a_chosen_number_of_workers_shares_all_gpus(
    texts: Path,
    crew: list[InlineWorkers],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[Mapping[str, str]] = []
    start = command.LocalWorkers

    def remember(factory: str, environments: Sequence[Mapping[str, str]]) -> Any:
        given.extend(environments)
        return start(factory, environments)

    monkeypatch.setattr(command, "LocalWorkers", remember)
    monkeypatch.setattr(command, "_count_gpus", lambda: 2)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert run(capsys, "render", texts, *QUICK)[0] == 0
    assert [each["CUDA_VISIBLE_DEVICES"] for each in given] == ["0", "1"]


def test_a_cluster_whose_actors_cannot_be_started_is_left(
    texts: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ray = FakeRay()

    def break_off() -> dict[str, float]:
        raise KeyboardInterrupt

    monkeypatch.setattr(ray, "cluster_resources", break_off)
    monkeypatch.setattr(command, "connect_to_ray", lambda address, count: RayConnection(ray))
    assert run(capsys, "render", texts, "-o", "out", "--ray", "10.0.0.1:6379")[0] == 130
    assert ray.is_shut_down


def test_two_runs_cannot_share_a_folder(
    texts: Path,
    crew: list[InlineWorkers],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inner: list[tuple[int, str, str]] = []

    def start(self: RowMeter, workers: int) -> None:
        inner.append(run(capsys, "render", texts, *QUICK))

    monkeypatch.setattr(RowMeter, "tell_start", start)
    assert run(capsys, "render", texts, *QUICK)[0] == 0
    assert inner[0][0] == 1 and "The folder out is being written" in inner[0][2]


def test_the_meter_says_how_long_the_rest_takes(capsys: pytest.CaptureFixture[str]) -> None:
    now = [0.0]
    meter = RowMeter(RowCounts(300, 0, 0), lambda: now[0], every_s=60.0)
    for number in range(4):
        now[0] += 30.0
        meter.on_row(JournalRow("k", f"take {number}", {}), "It failed." if number == 2 else "")
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "2 of 300 rows, about 2 h 29 min left",
        "failed: take 2: It failed.",
        "4 of 300 rows, 1 failed, about 2 h 28 min left",
    ]


RENDER = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from qvim_studio.commands import cli, render
if __name__ == "__main__":
    render.ENGINE_FACTORY = "scripted_engine:make_engine"
    sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.mark.slow  # kills a real render with two workers and runs it again: 10 s
def test_a_render_that_is_killed_goes_on_without_making_anything_twice(tmp_path: Path) -> None:
    script, table = tmp_path / "render.py", tmp_path / "list.csv"
    script.write_text(RENDER)
    table.write_text("\n".join(["text", *(f"rain {number}" for number in range(60))]))
    command = [sys.executable, str(script), str(SUPPORT), "render", str(table)]
    command += ["--variations", "2", "--duration", "0.5", "--workers", "2"]
    command += ["-o", str(tmp_path / "out"), "--json"]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: len(list((tmp_path / "out").glob("*_02.wav"))) >= 15)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.wav")}
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    answer = json.loads(done.stdout)
    assert answer["done"] == 60 and answer["made_clips"] < 120 - 20
    now = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.wav")}
    assert len(now) == 120
    changed = [path for path in kept if now[path] != kept[path]]
    assert len(changed) <= 2  # of the row between its files and the journal
    assert not list((tmp_path / "out").rglob(".*"))


def wait_for(is_so: Callable[[], bool], limit_s: float = 60.0) -> None:
    deadline = time.monotonic() + limit_s
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)
