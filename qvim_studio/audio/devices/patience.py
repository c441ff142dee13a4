"""How long the studio waits for sound devices and the sound server."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Patience:
    """All values in seconds. A lost device seldom reports the loss; it stops answering.

    first_block_s: until a microphone delivers for the first time; PulseAudio needs up to 1.8 s.
    stall_s: between two blocks of an open device. lock_s: until another PortAudio call ends; a
    stopped sound server can block one for ever. idle_close_s: until a loudspeaker that plays
    nothing is closed; an open one keeps a laptop's sound card awake. poll_s: between two looks at a
    loudspeaker. hang_s: until a recording that does not answer is given up; longer than every
    other.
    """

    first_block_s: float = 8.0
    stall_s: float = 2.0
    lock_s: float = 4.0
    idle_close_s: float = 10.0
    poll_s: float = 0.1
    hang_s: float = 12.0
