"""The command line: what it prints, what it writes, how it ends."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import soundfile
from command_line import run
from noise_engine import FakeEngine

import qvim_studio
from qvim_studio.commands import cli
from qvim_studio.core.engine import IsCancelled, OnProgress
from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.program.interrupts import Terminated
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult

FULL = Path("/dev/full")
CLIP_KEYS = {
    "path",
    "seed",
    "kind",
    "movement",
    "compared",
    "duration_s",
    "sample_rate",
    "bandwidth_hz",
}


def test_generate_says_what_the_imitation_is_heard_as(
    engine: FakeEngine, take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, printed, _ = run(capsys, "generate", take, "-o", tmp_path / "out")
    assert "Heard: dog" in printed.splitlines()
    _, printed, _ = run(capsys, "generate", take, "-o", tmp_path / "out", "--json")
    assert json.loads(printed)["heard"] == [{"word": "dog", "score": 0.912}]
    _, printed, _ = run(capsys, "generate", "--text", "x", "-o", tmp_path / "out", "--json")
    assert "heard" not in json.loads(printed)


def test_generate_writes_clips_and_prints_one_json_object(
    engine: FakeEngine, take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    status, printed, _ = run(
        capsys, "generate", take, "--variations", 3, "--seed", 5, "-o", out, "--json"
    )
    assert status == 0 and engine.is_closed
    report = json.loads(printed)
    assert report["checkpoint"] == "starter" and report["seconds"]["total"] == 0.5
    assert [clip["seed"] for clip in report["clips"]] == [5, 6, 7]
    for clip in report["clips"]:
        assert clip.keys() >= CLIP_KEYS
        info = soundfile.info(clip["path"])
        assert (info.samplerate, info.subtype) == (48_000, "PCM_24")
        assert clip["duration_s"] == info.frames / info.samplerate
        assert Path(clip["path"]).with_suffix(".json").is_file()
    assert len(list(out.iterdir())) == 6


def test_generate_writes_fitted_sounds_and_lists_them(
    engine: FakeEngine, take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    asked = ("generate", take, "--variations", 1, "--fit", 2, "-o", out, "--json")
    status, printed, _ = run(capsys, *asked)
    assert status == 0 and engine.requests[0].fits == 2
    rows = json.loads(printed)["clips"]
    names = ["dog_bark_01.wav", "dog_bark_fit_01.wav", "dog_bark_fit_02.wav"]
    assert [Path(row["path"]).name for row in rows] == names
    assert [row["origin"] for row in rows] == ["made", "fitted", "fitted"]
    assert [row["licence"] for row in rows] == ["CC0", "your own", "your own"]
    assert all(soundfile.info(row["path"]).samplerate == row["sample_rate"] for row in rows)
    assert sorted(path.name for path in out.glob("*.wav")) == names


@pytest.mark.parametrize(
    ("options", "message"),
    [(("take", "--fit", 9), "between 0 and 8"), (("--text", "x", "--fit", 1), "(--fit) need")],
)
def test_fits_that_cannot_be_are_refused(
    engine: FakeEngine,
    take: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: tuple[object, ...],
    message: str,
) -> None:
    given = [take if option == "take" else option for option in options]
    status, _, errors = run(capsys, "generate", *given, "-o", tmp_path / "out")
    assert status != 0 and message in errors and not engine.requests


def test_every_option_reaches_the_request(
    engine: FakeEngine, take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = "--text bark --negative music --balance 0.4 --follow 0.2 --duration 1.5 --steps 7"
    options += " --guidance 3 --start imitation --strength 0.6 --sampler ddim --vram-mode low"
    status, _, _ = run(capsys, "generate", take, *options.split(), "-o", tmp_path / "out")
    assert status == 0
    recipe = engine.requests[0].recipe()
    wanted = {
        "text": "bark",
        "negative_text": "music",
        "balance": 0.4,
        "follow": 0.2,
        "duration_s": 1.5,
        "steps": 7,
        "guidance": 3.0,
        "start": "imitation",
        "strength": 0.6,
        "sampler": "ddim",
        "vram_mode": "low",
    }
    assert {key: recipe[key] for key in wanted} == wanted


@pytest.mark.parametrize(
    ("arguments", "name"),
    [(("generate", ""), "imitation"), (("checkpoints", "import", " "), "DIR|FILE")],
)
def test_an_empty_name_is_not_the_folder_at_hand(
    engine: FakeEngine,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    name: str,
) -> None:
    status, _, errors = run(capsys, *arguments)
    assert status == 2 and f"Argument {name}: got an empty name" in errors


def test_the_take_is_trimmed_unless_told_otherwise(
    engine: FakeEngine, take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "generate", take, "-o", tmp_path / "out")
    run(capsys, "generate", take, "--no-trim", "-o", tmp_path / "out")
    trimmed, whole = (request.imitation for request in engine.requests)
    assert trimmed is not None and 0.5 <= trimmed.duration_s < 0.6
    assert whole is not None and whole.duration_s == 1.0


def test_notes_are_told_beside_the_files(
    engine: FakeEngine, take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.notes = ("Started from bark.",)
    _, printed, errors = run(capsys, "generate", take, "-o", tmp_path)
    assert "note: Started from bark.\n" in errors and "Started" not in printed
    _, printed, errors = run(capsys, "generate", take, "-o", tmp_path, "--json")
    assert json.loads(printed)["notes"][-1] == "Started from bark." and "note:" not in errors


def test_words_alone_are_enough(
    engine: FakeEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    status, printed, _ = run(capsys, "generate", "--text", "a dog", "-o", out, "--json")
    clip = json.loads(printed)["clips"][0]
    assert status == 0
    assert (clip["kind"], clip["movement"], clip["compared"]) == (None, None, None)
    assert (out / "a_dog_01.wav").is_file()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "neither an imitation nor a text"),
        (["--text", "x", "--balance", "2"], "balance must lie between"),
        (["--text", "x", "--variations", "0"], "variations must lie between"),
        (["--text", "x", "--steps", "-1"], "steps must lie between"),
        (["--text", "x", "--steps", "many"], "invalid int value"),
        (["--text", "x", "--duration", "nan"], "duration must lie between"),
        (["--text", "x", "--start", "imitation"], "needs an imitation"),
        (["--text", "x", "--start", "sideways"], "invalid choice"),
        (["--text", "x", "--nonsense"], "nrecognized arguments"),
        (["--text", "x", "--dur", "2"], "nrecognized arguments: --dur"),
    ],
)
def test_impossible_usage_ends_with_two_and_one_sentence(
    engine: FakeEngine,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    words: str,
) -> None:
    out = tmp_path / "out"
    status, printed, errors = run(capsys, "generate", *options, "-o", out)
    assert status == 2 and not printed
    assert words in errors and errors.count("\n") == 1 and "Traceback" not in errors
    assert not engine.requests and not out.exists()


def test_known_errors_end_with_one_and_in_json_too(
    engine: FakeEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, printed, errors = run(capsys, "generate", tmp_path / "no.wav", "--json")
    assert status == 1 and "There is no file" in errors
    assert json.loads(printed)["error"] in errors


def test_an_unknown_checkpoint_is_refused_before_anything_is_made(
    engine: FakeEngine, take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    status, _, errors = run(capsys, "generate", take, "--checkpoint", "nope", "-o", out)
    assert status == 1 and "'nope'" in errors and not out.exists()


def test_an_output_folder_that_cannot_be_is_refused_before_the_work(
    engine: FakeEngine, take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").touch()
    status, _, errors = run(capsys, "generate", take, "-o", tmp_path / "out")
    assert status == 1 and "Nothing can be written" in errors and not engine.requests


def test_a_bug_of_ours_gives_a_neutral_sentence(
    engine: FakeEngine, take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.error = ZeroDivisionError("secret")
    status, _, errors = run(capsys, "generate", take, "-o", tmp_path / "out")
    assert status == 1 and engine.is_closed
    assert "secret" not in errors and "details are in" in errors


def test_interrupting_ends_cleanly(
    engine: FakeEngine, take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.error = KeyboardInterrupt()
    status, _, errors = run(capsys, "generate", take, "-o", tmp_path / "out")
    assert status == 130 and "Interrupted" in errors
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("error", "ended"),
    [
        (KeyboardInterrupt(), 130),
        (CheckpointError("It is gone."), 1),
        (RuntimeError("a bug"), 1),
        (MemoryError(), 1),
        (Terminated(15), 143),
    ],
)
def test_sounds_that_were_made_before_the_end_are_kept(
    engine: FakeEngine,
    take: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    ended: int,
) -> None:
    engine.error, engine.arrive_before_it = error, 2
    status, printed, errors = run(
        capsys, "generate", take, "-o", tmp_path / "out", "--variations", "5", "--seed", "3"
    )
    assert status == ended and engine.is_closed
    assert "Stopped: 2 of 5 sounds were made." in errors
    names = ["dog_bark_01", "dog_bark_02"]
    wavs = [tmp_path / "out" / f"{name}.wav" for name in names]
    assert sorted((tmp_path / "out").glob("*.wav")) == wavs
    lines = [
        f"kind {dots}   movement 0.50  1.00 s  {wav}"
        for dots, wav in zip(("●●●●●", "●●●●○"), wavs, strict=True)
    ]
    assert [line.split() for line in printed.splitlines()] == [line.split() for line in lines]
    recipes = [json.loads(wav.with_suffix(".json").read_text()) for wav in wavs]
    assert [recipe["seed"] for recipe in recipes] == [3, 4]
    assert len(list((tmp_path / "out").iterdir())) == 4


def test_json_names_the_sounds_that_an_interrupted_command_kept(
    engine: FakeEngine, take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.error, engine.arrive_before_it = KeyboardInterrupt(), 2
    status, printed, _ = run(capsys, "generate", take, "-o", tmp_path / "out", "--json")
    answer = json.loads(printed)
    assert status == 130 and "Interrupted" in answer["error"]
    assert [clip["seed"] for clip in answer["clips"]] == [0, 1]
    assert all(Path(clip["path"]).is_file() for clip in answer["clips"])


@pytest.mark.parametrize("end", ["SIGTERM", "SIGHUP"])
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_signal_that_ends_a_command_keeps_its_finished_sounds(
    engine: FakeEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str], end: str
) -> None:
    number = getattr(signal, end)
    before = signal.signal(number, signal.SIG_DFL)  # whoever runs the tests may ignore it
    made = engine.generate

    def generate(
        request: GenerationRequest, on_progress: OnProgress, is_cancelled: IsCancelled
    ) -> GenerationResult:
        made(request, on_progress, is_cancelled)
        os.kill(os.getpid(), number)
        raise AssertionError("the signal did not come")

    engine.arrive_before_it = 1
    engine.generate = generate  # type: ignore[method-assign]
    try:
        status, _, errors = run(capsys, "generate", "--text", "a dog", "-o", tmp_path)
    finally:
        signal.signal(number, before)
    assert status == 128 + number and f"Ended by {end}" in errors
    assert (tmp_path / "a_dog_01.wav").is_file()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_signal_while_the_real_engine_makes_sounds_keeps_those_that_are_finished(
    tmp_path: Path,
) -> None:
    take, out = resource_path("examples", "dog_woof.flac"), tmp_path / "out"
    asked = ["--variations", "8", "--duration", "2", "--steps", "2", "--json", "-o", str(out)]
    command = [sys.executable, "-m", "qvim_studio", "generate", str(take), *asked]
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as running:
        while not list(out.glob("*.wav")) and running.poll() is None:
            time.sleep(0.01)
        running.send_signal(signal.SIGTERM)
        printed, _ = running.communicate(timeout=60)
    answer = json.loads(printed)
    assert running.returncode == 128 + signal.SIGTERM
    assert "Ended by SIGTERM" in answer["error"]
    kept = sorted(Path(clip["path"]) for clip in answer["clips"])
    assert 1 <= len(kept) < 8 and kept == sorted(out.glob("*.wav"))
    for path in kept:
        assert soundfile.info(path).frames == 2 * 48_000
        assert json.loads(path.with_suffix(".json").read_text())["request"]["steps"] == 2


def test_a_disk_without_room_is_refused_before_the_work(
    engine: FakeEngine,
    take: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=65_536))
    status, _, errors = run(capsys, "generate", take, "-o", tmp_path)
    assert status == 1 and "Make room" in errors and not engine.requests


def test_embed_overwrites_no_file(
    engine: FakeEngine, take: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = take.read_bytes()
    status, _, errors = run(capsys, "embed", take, "-o", take)
    assert status == 1 and "is not overwritten" in errors and take.read_bytes() == before


def test_version_and_module_start() -> None:
    command = [sys.executable, "-m", "qvim_studio", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"qvim-studio {qvim_studio.__version__}"


def is_always_full() -> bool:
    """Whether ``/dev/full`` is the device: in some sandboxes it is a file that takes everything."""
    try:
        if FULL.is_char_device():
            FULL.write_bytes(b"x")
    except OSError as error:
        return error.errno == errno.ENOSPC
    return False


def take_no_more() -> None:
    """Let every file of this process take nothing, as a disk does that is full."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file's size")
@pytest.mark.parametrize(
    ("options", "unbuffered"),
    [(["list"], ""), (["list", "--json"], "1"), (["verify", "no", "--json"], "")],
)
def test_an_answer_that_finds_no_room_is_one_sentence(
    options: list[str], unbuffered: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "qvim_studio", "checkpoints", *options]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered, "XDG_STATE_HOME": str(tmp_path)}
    with (tmp_path / "answer").open("w") as full:
        done = subprocess.run(
            command,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            preexec_fn=take_no_more,
        )
    *before, last = done.stderr.splitlines()
    assert done.returncode == 1 and "output: File too large." in last
    assert len(before) == (options[0] == "verify")  # the error that found no room


@pytest.mark.skipif(not is_always_full(), reason="this machine has no device that is always full")
def test_a_full_device_is_said_to_be_full() -> None:
    command = [sys.executable, "-m", "qvim_studio", "checkpoints", "list"]
    with FULL.open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and "output: No space left on device." in done.stderr


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="their names of files are text")
def test_a_name_that_is_no_utf_8_can_be_printed(
    engine: FakeEngine, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    folder = tmp_path / os.fsdecode(b"t\xf6ne")
    assert cli.main(["generate", "--text", "rain", "--variations", "1", "-o", str(folder)]) == 0
    assert capfdbinary.readouterr().out.endswith(b"t\\udcf6ne/rain_01.wav\n")


def test_python_without_docstrings_is_refused_in_a_sentence() -> None:
    command = [sys.executable, "-OO", "-m", "qvim_studio", "checkpoints", "list", "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "Start QVIM Studio without -OO" in json.loads(done.stdout)["error"]
