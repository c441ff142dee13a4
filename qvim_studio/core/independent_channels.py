"""Which channels of a sound hold something of their own, and how the others are made of them."""

from __future__ import annotations

import numpy as np

SAME_DB = -30.0  # below the loudest channel: what another channel holds besides is crosstalk


def independent_channels(samples: np.ndarray) -> tuple[tuple[int, ...], np.ndarray] | None:
    """Of (frames, channels): the channels that hold something of their own, loudest first, and
    (these, channels), how much of each is in every channel.

    None where one signal says everything: one channel, several that are alike, or silence.
    """
    channels = samples.astype(np.float64).T
    power = np.square(channels).sum(axis=1)
    limit = power.max(initial=0.0) * 10 ** (SAME_DB / 10)
    if len(channels) < 2 or limit == 0.0:
        return None
    sources: list[int] = []
    mix = np.zeros((len(channels), len(channels)))
    for channel in np.argsort(-power, kind="stable"):
        signal = channels[channel]
        gains = [float(channels[one] @ signal / power[one]) for one in sources]
        rests = [
            float(np.square(signal - gain * channels[one]).sum())
            for one, gain in zip(sources, gains, strict=True)
        ]
        nearest = int(np.argmin(rests)) if rests else 0
        if rests and rests[nearest] <= limit:
            mix[nearest, channel] = gains[nearest]
        else:
            mix[len(sources), channel] = 1.0
            sources.append(int(channel))
    mix = mix[: len(sources)]
    if len(sources) == 1 and np.allclose(mix, 1.0, atol=10 ** (SAME_DB / 20)):
        return None
    return tuple(sources), mix
