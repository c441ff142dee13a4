"""The training loop: a killed and resumed run equals an uninterrupted one."""

from __future__ import annotations

import errno
import os
import random
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import tiny_training
import torch
from safetensors import SafetensorError
from tiny_training import loss_curve, make_model, train

from qvim_studio.core.errors import OutputError, StudioError
from qvim_studio.training.loop import loop
from qvim_studio.training.loop.loop import (
    CSV_EVERY,
    LOG_FILE,
    STATE_FILE,
    LoopOptions,
    Metrics,
    Trainer,
    can_start_warm,
    whole_folder,
)
from qvim_studio.training.loop.machine import Machine

STEPS = 2 * CSV_EVERY
WAIT_S = 120  # for a condition, on the slowest machine
CPU = Machine(torch.device("cpu"))
SCRIPT = str(Path(tiny_training.__file__))


def start_process(folder: Path) -> subprocess.Popen:
    """A training that would go on for hours."""
    return subprocess.Popen([sys.executable, SCRIPT, str(folder), "1000000", "1"])


def wait_for_rows(folder: Path, process: subprocess.Popen, rows: int) -> None:
    log, deadline = folder / LOG_FILE, time.monotonic() + WAIT_S
    while not log.is_file() or len(log.read_bytes().splitlines()) <= rows:
        assert process.poll() is None, "the training ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.mark.slow  # another process, and twice the steps that it takes by chance: 10 s
def test_training_killed_at_any_moment_keeps_the_loss_curve(tmp_path: Path) -> None:
    process = start_process(tmp_path / "killed")
    try:
        wait_for_rows(tmp_path / "killed", process, rows=1)
        time.sleep(random.uniform(0.0, 0.1))  # truly random: any moment must do
    finally:
        process.kill()
        process.wait()
    reached = torch.load(tmp_path / "killed" / STATE_FILE, weights_only=True)["step"]
    rows = reached // CSV_EVERY + 2
    train(tmp_path / "killed", rows * CSV_EVERY, machine=CPU)
    train(tmp_path / "whole", rows * CSV_EVERY, machine=CPU)
    curve = loss_curve(tmp_path / "whole")
    assert len(curve) == rows
    assert loss_curve(tmp_path / "killed") == curve


def test_resumed_run_takes_the_steps_of_an_uninterrupted_one(tmp_path: Path) -> None:
    whole: list[float] = []
    halves: list[float] = []
    straight = train(tmp_path / "a", 40, losses=whole, machine=CPU)
    train(tmp_path / "b", 17, losses=halves, machine=CPU)
    (tmp_path / "b" / f"{STATE_FILE}.part").write_bytes(b"torn by a kill while writing")
    resumed = train(tmp_path / "b", 40, losses=halves, machine=CPU)
    assert halves == whole
    for a, b in zip(straight.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(a, b)
    assert np.mean(whole[-5:]) < 0.6 * np.mean(whole[:5])


def test_averaged_weights_forget_the_first_ones_within_a_few_steps(tmp_path: Path) -> None:
    model = make_model()
    first = {name: value.clone() for name, value in model.state_dict().items()}
    options = LoopOptions(learning_rate=1e-2, warmup_steps=1, checkpoint_every_s=1e9)
    trainer = Trainer(model, options, tmp_path, machine=CPU)

    def step_loss(rng: np.random.Generator) -> tuple[torch.Tensor, Metrics]:
        return model(torch.from_numpy(rng.standard_normal((4, 3))).float()).square().mean(), {}

    trainer.run(step_loss, minutes=10.0, max_steps=20)
    averaged = trainer.ema_model(make_model()).state_dict()
    for name, last in model.state_dict().items():
        assert (averaged[name] - first[name]).norm() > 0.4 * (last - first[name]).norm()


class Clock:
    """Moves on by a second whenever it is asked."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        self.now += 1.0
        return self.now


def cooled(folder: Path, monkeypatch: pytest.MonkeyPatch, steps: int | None = None) -> list[float]:
    """The learning rates of a run of a minute by ``Clock``, the last half of it cooling down."""
    monkeypatch.setattr(loop.time, "monotonic", Clock().monotonic)
    model = make_model()
    options = LoopOptions(warmup_steps=1, cooldown=0.5, checkpoint_every_s=1e9)
    trainer = Trainer(model, options, folder, machine=CPU)
    rates: list[float] = []

    def step_loss(rng: np.random.Generator) -> tuple[torch.Tensor, Metrics]:
        return model(torch.from_numpy(rng.standard_normal((4, 3))).float()).square().mean(), {}

    def watch() -> Metrics:
        rates.append(trainer.optimizer.param_groups[0]["lr"])
        return {}

    trainer.run(step_loss, minutes=1.0, max_steps=steps, watch=watch)
    return rates


def test_cooldown_takes_its_share_of_the_steps_and_falls_to_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates = cooled(tmp_path, monkeypatch)
    peak = LoopOptions().learning_rate
    at_peak = rates.count(peak)
    assert at_peak >= 5
    assert len(rates) == 2 * at_peak
    shares = np.arange(1, at_peak + 1) / (at_peak + 1)
    np.testing.assert_allclose(rates[at_peak:], peak * (1 - np.sqrt(shares)))
    again = cooled(tmp_path, monkeypatch)
    assert again[0] == peak
    assert again == rates


@pytest.mark.parametrize("share", [-0.1, 1.0])
def test_cooldown_leaves_steps_to_count_it_by(share: float) -> None:
    with pytest.raises(ValueError, match=f"got {share}"):
        LoopOptions(cooldown=share)


def test_killed_cooldown_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = cooled(tmp_path / "whole", monkeypatch)
    killed_at = len(whole) * 3 // 4
    first = cooled(tmp_path / "killed", monkeypatch, steps=killed_at)
    assert first + cooled(tmp_path / "killed", monkeypatch) == whole


def test_restored_weights_count_until_a_training_has_a_state_of_its_own(tmp_path: Path) -> None:
    assert not can_start_warm(tmp_path, "unet")
    (tmp_path / "unet").mkdir()
    assert can_start_warm(tmp_path, "unet")
    train(tmp_path, 1, machine=CPU)
    assert not can_start_warm(tmp_path, "unet")


def test_rows_of_steps_that_a_kill_undid_are_dropped(tmp_path: Path) -> None:
    train(tmp_path, CSV_EVERY, machine=CPU)
    kept = (tmp_path / LOG_FILE).read_bytes()
    (tmp_path / LOG_FILE).write_bytes(kept + kept.splitlines()[1].replace(b"50,", b"100,", 1))
    train(tmp_path, CSV_EVERY, machine=CPU)
    assert (tmp_path / LOG_FILE).read_bytes() == kept


def test_state_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    train(tmp_path, 5, machine=CPU)
    state = torch.load(tmp_path / STATE_FILE, weights_only=True)
    del state["pending"], state["cooling"]
    torch.save(state, tmp_path / STATE_FILE)
    assert Trainer(make_model(), LoopOptions(), tmp_path, machine=CPU).step == 5


def test_accumulated_gradients_are_those_of_the_mean_loss(tmp_path: Path) -> None:
    model = torch.nn.Linear(2, 1)
    seen: list[torch.Tensor] = []

    def step_loss(rng: np.random.Generator) -> tuple[torch.Tensor, Metrics]:
        seen.append(torch.from_numpy(rng.standard_normal((4, 2))).float())
        return model(seen[-1]).square().mean(), {}

    def watch() -> Metrics:
        expected = torch.autograd.grad(model(torch.cat(seen)).square().mean(), model.weight)
        torch.testing.assert_close(model.weight.grad, expected[0])
        return {}

    options = LoopOptions(accumulate=3)
    Trainer(model, options, tmp_path, machine=CPU).run(step_loss, 1.0, max_steps=1, watch=watch)
    assert len(seen) == 3
    assert not torch.equal(seen[0], seen[1])


def test_loss_that_is_not_finite_stops_with_a_sentence(tmp_path: Path) -> None:
    model = make_model()
    trainer = Trainer(model, LoopOptions(), tmp_path, machine=CPU)

    def broken(rng: np.random.Generator) -> tuple[torch.Tensor, Metrics]:
        return model(torch.full((1, 3), float("nan"))).sum(), {}

    with pytest.raises(StudioError, match="step 0"):
        trainer.run(broken, minutes=1.0)


def test_only_the_first_process_writes(tmp_path: Path) -> None:
    second = Machine(torch.device("cpu"), rank=1)
    train(tmp_path, CSV_EVERY, machine=second)
    assert not list(tmp_path.iterdir())


def test_bar_on_a_terminal_shows_time_and_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    train(tmp_path / "run", 3, machine=CPU)
    shown = capsys.readouterr().err
    assert "100%" in shown and "step 3, loss" in shown and "left" in shown


@pytest.mark.slow  # each process of accelerate launch imports torch: 15 to 30 s
@pytest.mark.parametrize("nodes", [1, 2])
def test_two_processes_take_the_steps_of_one_that_accumulates_two_batches(
    nodes: int, tmp_path: Path
) -> None:
    """Both on one machine, or one on each of two that see the same folder."""
    for steps in (STEPS // 3, STEPS):  # the second goes on where the first stopped
        launch_on(nodes, tmp_path / "two", steps)
    train(tmp_path / "one", STEPS, accumulate=2, machine=CPU)
    two, one = (np.array(loss_curve(tmp_path / name), float) for name in ("two", "one"))
    assert len(one) == STEPS // loop.CSV_EVERY
    np.testing.assert_allclose(two, one, rtol=1e-3)


def launch_on(nodes: int, folder: Path, steps: int) -> None:
    """Train with two processes in all, as ``accelerate launch`` of each node starts them."""
    launch = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu"]
    launch += ["--num_processes", "2", "--num_machines", str(nodes), "--mixed_precision", "no"]
    launch += ["--dynamo_backend", "no", "--num_cpu_threads_per_process", "1"]
    port = 0 if nodes == 1 else free_port()
    launch += ["--main_process_ip", "127.0.0.1", "--main_process_port", str(port)]
    # Without a GPU the processes talk through gloo; --cpu would start a single one.
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
    commands = [
        [*launch, "--machine_rank", str(rank), SCRIPT, str(folder), str(steps), "1"]
        for rank in range(nodes)
    ]
    started = [subprocess.Popen(command, env=environment) for command in commands]
    try:
        assert [process.wait(timeout=WAIT_S) for process in started] == [0] * nodes
    finally:
        for process in started:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def test_the_second_node_goes_on_from_the_state_of_the_first(tmp_path: Path) -> None:
    """Which it finds in the folder that both see."""
    train(tmp_path, 5, machine=CPU)
    before = (tmp_path / STATE_FILE).read_bytes()
    second = Machine(torch.device("cpu"), rank=1)
    trainer = Trainer(make_model(), LoopOptions(), tmp_path, machine=second)
    assert trainer.step == 5
    train(tmp_path, 8, machine=second)
    assert (tmp_path / STATE_FILE).read_bytes() == before  # the first alone writes


def test_a_folder_is_replaced_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "unet"
    for text in ("first", "second"):
        with whole_folder(target) as folder:
            (folder / text).write_text(text)
    assert [path.name for path in target.iterdir()] == ["second"]

    def fail_half_way() -> None:
        with whole_folder(target) as folder:
            (folder / "half").write_text("")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fail_half_way()
    assert [path.name for path in target.iterdir()] == ["second"]
    target.rename(tmp_path / "unet.old")  # as a kill between the two renames leaves it
    with pytest.raises(OSError, match="disk full"), whole_folder(target):
        raise OSError("disk full")
    assert [path.name for path in target.iterdir()] == ["second"]
    with whole_folder(target) as folder:
        (folder / "third").write_text("")
    assert [path.name for path in tmp_path.rglob("*")] == ["unet", "third"]


def test_error_for_a_damaged_state_says_what_to_do(tmp_path: Path) -> None:
    train(tmp_path, 3, machine=CPU)
    state = tmp_path / STATE_FILE
    for content in (state.read_bytes()[:500], b"", b"of something else"):
        state.write_bytes(content)
        with pytest.raises(StudioError, match=r"state\.pt does not say where.*Delete it"):
            train(tmp_path, 4, machine=CPU)


def test_state_of_another_network_is_refused(tmp_path: Path) -> None:
    train(tmp_path, 1, machine=CPU)
    with pytest.raises(StudioError, match="another version of the network"):
        Trainer(torch.nn.Linear(3, 1), LoopOptions(), tmp_path, machine=CPU)


def test_full_disk_keeps_the_state_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loop.save_atomically({"step": 1}, tmp_path / STATE_FILE)

    def refuse(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OutputError, match=r"state\.pt cannot be written: the disk is full"):
        loop.save_atomically({"step": 2}, tmp_path / STATE_FILE)
    assert [path.name for path in tmp_path.iterdir()] == [STATE_FILE]
    assert torch.load(tmp_path / STATE_FILE, weights_only=True) == {"step": 1}


def test_weights_that_a_disk_refuses_leave_the_folder_before(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "unet") as folder:
        (folder / "first").write_text("")
    with (
        pytest.raises(OutputError, match="unet cannot be written"),
        whole_folder(tmp_path / "unet"),
    ):
        raise SafetensorError("I/O error: No space left on device (os error 28)")
    assert [path.name for path in tmp_path.rglob("*")] == ["unet", "first"]
