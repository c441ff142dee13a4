"""A short tone, as people give one to the studio."""

from __future__ import annotations

import numpy as np

from qvim_studio.core.clip import AudioClip

TONE = AudioClip.from_mono(0.5 * np.sin(np.arange(9600) / 5), 48_000)
