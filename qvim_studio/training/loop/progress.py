"""The progress bar of a training on a terminal."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack

from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

LAYOUT = "{desc} {percentage:3.0f}%|{bar:24}| {elapsed}, {remaining} left{postfix}"


class ProgressBar:
    """Moves with the time, or with the steps if their number ends the training first.

    Nothing is shown if stderr is not a terminal. Log lines appear above the bar.
    """

    def __init__(self, name: str, seconds: float, *, is_wanted: bool = True) -> None:
        self._begin = time.monotonic()
        self._seconds = seconds
        self._stack = ExitStack()
        is_shown = is_wanted and sys.stderr is not None and sys.stderr.isatty()
        self._bar = tqdm(desc=name, total=1.0, bar_format=LAYOUT, disable=not is_shown, leave=True)
        if is_shown:
            self._stack.enter_context(logging_redirect_tqdm())

    def show(self, step: int, loss: float, share_of_steps: float = 0.0) -> None:
        """After each step; share_of_steps: of those wanted, 0..1."""
        if self._bar.disable:
            return
        over = (time.monotonic() - self._begin) / max(self._seconds, 1e-9)
        self._bar.set_postfix_str(f"step {step}, loss {loss:.4g}", refresh=False)
        self._bar.update(min(1.0, max(over, share_of_steps)) - self._bar.n)

    def close(self) -> None:
        self._bar.close()
        self._stack.close()
