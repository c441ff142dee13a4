"""The one training loop: time budget, EMA, CSV log, exact resume after a kill at any moment.

All randomness of part ``k`` of step ``n`` comes from a generator seeded with (seed, n, k), so a
resumed run draws the very batches that an uninterrupted one would have drawn. The parts of a step
are its accumulated batches and those of other processes: two processes take the same steps as one
that accumulates two batches.
"""

from __future__ import annotations

import csv
import logging
import os
import pickle
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from safetensors import SafetensorError
from torch import nn

from qvim_studio.audio.files.reading import write_reason
from qvim_studio.core.errors import OutputError, StudioError
from qvim_studio.training.loop.machine import Machine, find_machine, half_type
from qvim_studio.training.loop.progress import ProgressBar

log = logging.getLogger(__name__)

STATE_FILE = "state.pt"
LOG_FILE = "log.csv"
VALIDATION_FILE = "validation.csv"
# Errors of torch for damaged or foreign files, and for weights of another shape.
DAMAGED = (OSError, EOFError, RuntimeError, ValueError, KeyError, pickle.UnpicklingError)
CSV_EVERY = 50  # steps averaged into one row of the log

Metrics = dict[str, float]
Network = TypeVar("Network", bound=nn.Module)
StepLoss = Callable[[np.random.Generator], tuple[torch.Tensor, Metrics]]


@dataclass(frozen=True)
class LoopOptions:
    """The options of any training. Raises ValueError for impossible values.

    learning_rate: peak of AdamW, reached after warmup_steps and then kept; the moving average of
    the weights stands in for a decay. cooldown: share of a run's minutes over which the rate falls
    to zero all the same. A later run has no warm-up and begins at the peak again. Source: Hägele et
    al., "Scaling laws and compute-optimal training beyond fixed training durations" (2024).
    accumulate: batches whose gradients make one step, if memory does not hold a larger batch.
    clip_norm: gradients above it are scaled down. ema_decay: of the kept weights.
    """

    learning_rate: float = 4e-4
    warmup_steps: int = 200
    cooldown: float = 0.0
    weight_decay: float = 1e-3
    accumulate: int = 1
    clip_norm: float = 1.0
    ema_decay: float = 0.998
    checkpoint_every_s: float = 120.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.cooldown < 1:
            raise ValueError(
                f"cooldown must be 0 or more and less than 1, got {self.cooldown}: its steps are "
                "counted by those before it."
            )


class Trainer:
    """Runs steps on ``model`` and keeps in one file everything needed to resume after a kill.

    device: of the model and of the batches.
    """

    def __init__(
        self,
        model: nn.Module,
        options: LoopOptions,
        run_folder: Path,
        rates: Mapping[str, float] | None = None,
        machine: Machine | None = None,
    ) -> None:
        """rates: share of the learning rate for parameters by the first part of their name.
        machine: the best one at hand if None."""
        self.machine = machine or find_machine()
        self.model = model.to(self.device)
        self.options = options
        self.run_folder = run_folder
        self.step = 0
        self._pending: list[Metrics] = []  # steps since the last row of the log
        self._cooling: tuple[int, int] | None = None  # first step of the cooldown, and its end
        groups = _groups_by_share(model, rates or {})
        self._shares = list(groups)
        self.optimizer = torch.optim.AdamW(
            [{"params": parameters} for parameters in groups.values()],
            lr=options.learning_rate,
            betas=(0.9, 0.99),
            weight_decay=options.weight_decay,
        )
        # float16 alone needs it: small gradients would become zero.
        is_float16 = half_type(self.device) is torch.float16
        self._scaler = torch.amp.GradScaler(self.device.type, enabled=is_float16)
        self.machine.share(list(model.state_dict().values()))
        self.ema = {name: value.detach().clone() for name, value in model.state_dict().items()}
        run_folder.mkdir(parents=True, exist_ok=True)
        self._resume()

    @property
    def device(self) -> torch.device:
        return self.machine.device

    def run(
        self,
        step_loss: StepLoss,
        minutes: float,
        max_steps: int | None = None,
        on_checkpoint: Callable[[], Metrics] | None = None,
        watch: Callable[[], Metrics] | None = None,
    ) -> None:
        """Train until the minutes are over or ``max_steps`` is reached, then save.

        A cooldown takes its share of the steps; a run that is resumed during a cooldown ends with
        it.
        watch: called with fresh gradients, before they are clipped; its metrics are logged.
        """
        begin = last_saved = time.monotonic()
        deadline = begin + minutes * 60
        cool_from = deadline - self.options.cooldown * minutes * 60
        first_step = self.step
        if self._cooling is not None and self.step >= self._cooling[1]:
            self._cooling = None
        bar = ProgressBar(self.run_folder.name, minutes * 60, is_wanted=self.machine.is_main)
        self.model.train()
        try:
            while self.machine.agree(
                self._has_time(deadline) and (max_steps is None or self.step < max_steps)
            ):
                if self.options.cooldown and self.machine.agree(time.monotonic() >= cool_from):
                    self._begin_cooldown(self.step - first_step)
                row = self._take_step(step_loss, watch)
                bar.show(self.step, row["loss"], self.step / max_steps if max_steps else 0.0)
                self._log_step(row)
                if time.monotonic() - last_saved > self.options.checkpoint_every_s:
                    self._checkpoint(on_checkpoint)
                    last_saved = time.monotonic()
        finally:
            bar.close()
        self._checkpoint(on_checkpoint)

    def ema_model(self, blank: Network) -> Network:
        """``blank`` (same architecture) with the averaged weights, in evaluation mode."""
        blank.load_state_dict(self.ema)
        return blank.eval()

    def _take_step(self, step_loss: StepLoss, watch: Callable[[], Metrics] | None) -> Metrics:
        options = self.options
        warmth = min(1.0, (self.step + 1) / options.warmup_steps) * self._cooling_factor()
        for share, group in zip(self._shares, self.optimizer.param_groups, strict=True):
            group["lr"] = options.learning_rate * share * warmth
        self.optimizer.zero_grad(set_to_none=True)
        first = self.machine.rank * options.accumulate
        parts = [self._add_gradients(step_loss, first + i) for i in range(options.accumulate)]
        metrics = self._averaged({name: _mean(parts, name) for name in parts[0]})
        self._scaler.unscale_(self.optimizer)
        if watch is not None:
            metrics |= watch()
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), options.clip_norm)
        self._scaler.step(self.optimizer)
        self._scaler.update()
        self.step += 1
        self._update_ema()
        return {"loss": metrics.pop("loss"), "grad_norm": float(norm), **metrics}

    def _begin_cooldown(self, taken: int) -> None:
        """taken: steps of this run at the peak."""
        if self._cooling is None:
            share = self.options.cooldown
            steps = max(1, round(taken * share / (1 - share)))
            self._cooling = (self.step, self.step + steps)

    def _cooling_factor(self) -> float:
        if self._cooling is None:
            return 1.0
        first, end = self._cooling
        return 1 - sqrt((self.step - first + 1) / (end - first + 1))

    def _has_time(self, deadline: float) -> bool:
        """Whether the deadline, or the end of a cooldown that has begun, is still ahead."""
        if self._cooling is not None:
            return self.step < self._cooling[1]
        return time.monotonic() < deadline

    def _add_gradients(self, step_loss: StepLoss, part: int) -> Metrics:
        rng = np.random.default_rng((self.options.seed, self.step, part))
        torch.manual_seed(int(rng.integers(2**62)))  # dropout and noise follow the step as well
        loss, metrics = step_loss(rng)
        if not torch.isfinite(loss):
            raise StudioError(
                f"Training in {self.run_folder} stopped at step {self.step}: the loss is "
                f"{loss.item()}. Lower the learning rate and run the same command again; it "
                "goes on from the last checkpoint."
            )
        self._scaler.scale(loss / self.options.accumulate).backward()
        return {"loss": loss.item(), **metrics}

    def _averaged(self, metrics: Metrics) -> Metrics:
        """Bring gradients, running statistics and metrics to their means over the processes."""
        if self.machine.count == 1:
            return metrics
        trained = [p for p in self.model.parameters() if p.requires_grad]
        for parameter in trained:
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
        statistics = [b for b in self.model.buffers() if b.dtype.is_floating_point]
        values = torch.tensor(list(metrics.values()), device=self.device)
        gradients = [p.grad for p in trained if p.grad is not None]
        self.machine.average([*gradients, *statistics, values])
        return dict(zip(metrics, values.tolist(), strict=True))

    @torch.no_grad()
    def _update_ema(self) -> None:
        # A short memory at first, or the initial weights would dominate the average.
        decay = min(self.options.ema_decay, (1 + self.step) / (10 + self.step))
        for name, value in self.model.state_dict().items():
            if value.dtype.is_floating_point:
                self.ema[name].lerp_(value, 1 - decay)
            else:
                self.ema[name].copy_(value)

    def _checkpoint(self, on_checkpoint: Callable[[], Metrics] | None) -> None:
        if not self.machine.is_main:
            return
        state = {
            "step": self.step,
            "model": self.model.state_dict(),
            "ema": self.ema,
            "optimizer": self.optimizer.state_dict(),
            "pending": self._pending,
            "cooling": self._cooling,
        }
        if self._scaler.is_enabled():
            state["scaler"] = self._scaler.state_dict()
        save_atomically(state, self.run_folder / STATE_FILE)
        if on_checkpoint is not None:
            metrics = on_checkpoint()
            self.model.train()
            text = ", ".join(f"{name} {value:.4g}" for name, value in metrics.items()) or "saved"
            log.info("%s step %d: %s", self.run_folder.name, self.step, text)
            self._append({"step": self.step, **metrics}, self.run_folder / VALIDATION_FILE)

    def _resume(self) -> None:
        path = self.run_folder / STATE_FILE
        if not path.is_file():
            self._forget_rows()
            return
        try:
            state = torch.load(path, weights_only=True, map_location=self.device)
            self.model.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.step, self.ema = state["step"], state["ema"]
        except DAMAGED as error:
            log.info("%s cannot be read", path, exc_info=True)
            raise StudioError(
                f"{path} does not say where this training stopped: it is damaged, or of another "
                "version of the network. Delete it; the same command then begins at step 0 with "
                "the weights that lie beside it."
            ) from error
        self._pending = state.get("pending", [])
        self._cooling = state.get("cooling")
        if self._scaler.is_enabled() and "scaler" in state:
            self._scaler.load_state_dict(state["scaler"])
        self._forget_rows()
        log.info("%s goes on at step %d", self.run_folder.name, self.step)

    def _forget_rows(self) -> None:
        """Drop rows of steps that a kill undid: they are about to be taken again."""
        for name in (LOG_FILE, VALIDATION_FILE):
            path = self.run_folder / name
            if not self.machine.is_main or not path.is_file():
                continue
            header, *rows = path.read_bytes().splitlines(keepends=True) or [b""]
            kept = [row for row in rows if row.endswith(b"\n") and _step_of(row) <= self.step]
            if len(kept) < len(rows):
                temporary = path.with_suffix(".part")
                temporary.write_bytes(b"".join([header, *kept]))
                temporary.replace(path)

    def _log_step(self, row: Metrics) -> None:
        self._pending.append(row)
        if self.step % CSV_EVERY or not self.machine.is_main:
            return
        means = {name: _mean(self._pending, name) for name in row}
        self._pending = []
        text = ", ".join(f"{name} {value:.4g}" for name, value in means.items())
        log.info("%s step %d: %s", self.run_folder.name, self.step, text)
        timed = {"step": self.step, "time": round(time.time(), 1), **means}
        self._append(timed, self.run_folder / LOG_FILE)

    @staticmethod
    def _append(row: Metrics, path: Path) -> None:
        is_new = not path.is_file()
        with path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(row))
            if is_new:
                writer.writeheader()
            writer.writerow(row)


def _mean(rows: Sequence[Metrics], name: str) -> float:
    return float(np.mean([row[name] for row in rows]))


def _step_of(row: bytes) -> int:
    return int(row.partition(b",")[0])


def _groups_by_share(
    model: nn.Module, rates: Mapping[str, float]
) -> dict[float, list[nn.Parameter]]:
    groups: dict[float, list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            groups.setdefault(rates.get(name.partition(".")[0], 1.0), []).append(parameter)
    return groups


def can_start_warm(run_folder: Path, part: str) -> bool:
    """Whether trained weights lie in ``run_folder/part`` without the state of their training.

    ``train restore`` leaves such weights, with which a trainer begins instead of random ones.
    """
    is_warm = (run_folder / part).is_dir() and not (run_folder / STATE_FILE).is_file()
    if is_warm:
        log.info("%s begins with the weights in %s", run_folder.name, run_folder / part)
    return is_warm


def save_atomically(state: object, path: Path) -> None:
    """``torch.save`` to a temporary name, synced to the disk, then renamed.

    Raises OutputError if writing fails; the old file is then kept.
    """
    temporary = path.with_suffix(path.suffix + ".part")
    try:
        with temporary.open("wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise _not_saved(path, error) from error


def _not_saved(path: Path, error: Exception) -> OutputError:
    return OutputError(
        f"{path} cannot be written: {write_reason(error)}. Make room or choose another folder "
        "with --runs, and run the same command again; it goes on from what was saved before."
    )


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Provides an empty folder to write into, which replaces ``folder`` once it is complete.

    If the run is killed while it writes, the old folder stays, as it does if the disk refuses
    weights, for which OutputError is raised. Between the two renames at the end the old folder lies
    in ``folder.old``, from which it is restored here.
    """
    new, old = (folder.with_name(folder.name + ending) for ending in (".new", ".old"))
    if old.exists() and not folder.exists():
        old.rename(folder)
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        yield new
    except SafetensorError as error:  # of a write; the system's own error is only in its text
        shutil.rmtree(new, ignore_errors=True)
        raise _not_saved(folder, error) from error
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
