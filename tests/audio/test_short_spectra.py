"""Short-time spectra are those of scipy.signal."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal

from qvim_studio.audio.short_spectra import from_short_spectra, short_spectra


@pytest.mark.parametrize(
    ("size", "hop", "length"), [(512, 128, 5000), (513, 128, 700), (64, 16, 64)]
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_spectra_and_their_inverse_are_scipys(
    size: int, hop: int, length: int, dtype: type
) -> None:
    samples = np.random.default_rng(0).standard_normal(length).astype(dtype)
    ours = short_spectra(samples, size, hop)
    theirs = scipy.signal.stft(samples, nperseg=size, noverlap=size - hop)[2]
    assert ours.dtype == theirs.dtype
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6 * np.abs(theirs).max())
    if size % 2 == 0:
        changed = theirs * np.linspace(0.2, 1.0, len(theirs))[:, None]
        back = scipy.signal.istft(changed, nperseg=size, noverlap=size - hop)[1]
        np.testing.assert_allclose(from_short_spectra(changed, size, hop), back, atol=1e-5)
