"""``train all``: every part of the starter in order, within one budget of time."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

# Steps that take the time they take, then the trainers with their shares of what is left. The
# shares follow what was worth most by ear and by evaluation: encoder, UNet and the decoding chain.
PREPARATION = ("imitations", "targets")
SHARES = {
    "clap": 0.02,
    "vae": 0.08,
    "vocoder": 0.16,
    "decoder": 0.16,
    "bandwidth": 0.03,
    "qvim": 0.25,
    "adapter": 0.03,
    "unet": 0.22,
    "listener": 0.02,
    "student": 0.03,
}
ASSEMBLY = "starter"
STATE_FILE = "all.json"
LEAST_MINUTES = 0.05  # of a part whose time is used up: it still leaves its files


@dataclass
class _Budget:
    """What has been done of one budget; kept in a file, so that a kill costs one part's rest."""

    path: Path
    minutes: float
    spent: float
    done: list[str]

    @classmethod
    def resumed(cls, path: Path, minutes: float) -> _Budget:
        """That of an earlier run with the same minutes, unless it was finished."""
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            if stored["minutes"] == minutes and ASSEMBLY not in stored["done"]:
                return cls(path, minutes, stored["spent"], stored["done"])
        except (OSError, ValueError, KeyError):
            log.info("a new budget of %g minutes", minutes)
        return cls(path, minutes, 0.0, [])

    def note(self, part: str, minutes: float) -> None:
        self.spent += minutes
        self.done.append(part)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        state = {"minutes": self.minutes, "spent": self.spent, "done": self.done}
        temporary = self.path.with_suffix(".part")
        temporary.write_text(json.dumps(state), encoding="utf-8")
        temporary.replace(self.path)


def run_all(
    runs: Path,
    minutes: float,
    run_part: Callable[[str, float], None],
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Call ``run_part(name, minutes)`` for each part. After a kill, the same command goes on.

    What a part leaves over, or takes too long, is shared by those after it.
    """
    budget = _Budget.resumed(runs / STATE_FILE, minutes)
    for part in (*PREPARATION, *SHARES, ASSEMBLY):
        if part in budget.done:
            continue
        given = share_of(part, minutes - budget.spent, budget.done)
        log.info("%s: %.1f of %g minutes", part, given, minutes)
        begin = clock()
        run_part(part, given)
        budget.note(part, (clock() - begin) / 60)


def share_of(part: str, minutes_left: float, done: list[str]) -> float:
    """Minutes for a part of SHARES, of those that are left to all parts not done yet."""
    open_shares = sum(share for name, share in SHARES.items() if name not in done)
    share = SHARES.get(part, 0.0) / open_shares if open_shares else 0.0
    return max(LEAST_MINUTES, share * minutes_left)
