"""What the values of the panel become, for each way of asking."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from qvim_studio.audio.files.given_sound import GivenSound
from qvim_studio.audio.files.reading import write_wav
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit
from qvim_studio.core.errors import UsageError
from qvim_studio.core.program.settings import Settings
from qvim_studio.core.request import Start
from qvim_studio.core.upscale import Upscale
from qvim_studio.session.requests.request_draft import (
    BETWEEN_STRENGTH,
    LIKE_STRENGTH,
    RequestDraft,
    request_between,
    request_editing,
    request_like,
    request_of,
    request_upscaling,
)

TAKE = AudioClip.from_mono(np.sin(np.arange(16_000) * 0.1), 16_000)
BELL = GivenSound("bell", Path("bell.wav"), AudioClip.from_mono(np.ones(1600) * 0.1, 16_000), ())
SETTINGS = Settings()


def draft(**changes: object) -> RequestDraft:
    usual = RequestDraft(
        text="door",
        balance=0.25,
        follow=0.5,
        duration_s=2.0,
        variations=3,
        start=Start.NOISE,
        seed=7,
        negative_text="hiss",
        steps=10,
        guidance=2.0,
        strength=None,
        extend_bandwidth=True,
        upscaler="",
        clean_pauses=True,
        loop=True,
        fits=2,
    )
    return replace(usual, **changes)


def test_a_draft_becomes_a_request_with_every_value() -> None:
    request = request_of(draft(), SETTINGS, TAKE)
    fields = ("text", "negative_text", "balance", "follow", "duration_s", "variations", "fits")
    for name in (*fields, "seed", "steps", "guidance", "start", "strength", "loop"):
        assert getattr(request, name) == getattr(draft(), name), name
    assert request.checkpoint == SETTINGS.checkpoint and request.imitation is TAKE


def test_words_alone_have_all_the_weight() -> None:
    assert request_of(draft(), SETTINGS, None).balance == 1.0


def test_a_given_sound_replaces_the_chosen_start() -> None:
    request = request_of(draft(start_sound=BELL), SETTINGS, TAKE)
    assert request.start is None
    assert (request.start_sound, request.start_sound_name) == (BELL.clip, "bell")
    timbre = request_of(draft(timbre=BELL), SETTINGS, TAKE)
    assert (timbre.timbre, timbre.timbre_name) == (BELL.clip, "bell")


def test_impossible_values_are_refused() -> None:
    with pytest.raises(UsageError, match="balance must lie between"):
        request_of(draft(balance=2.0), SETTINGS, TAKE)


@pytest.mark.parametrize(("strength", "expected"), [(None, LIKE_STRENGTH), (0.25, 0.25)])
def test_variations_of_a_clip_start_from_it(strength: float | None, expected: float) -> None:
    request = request_like(TAKE, draft(strength=strength, start_sound=BELL, timbre=BELL), SETTINGS)
    assert (request.start, request.strength) == (Start.IMITATION, expected)
    assert request.start_sound is None and request.timbre is None
    assert request.duration_s is None and request.fits == 0


def test_sounds_between_two_files_start_from_the_first(tmp_path: Path) -> None:
    paths = [tmp_path / "door.wav", tmp_path / "rain.wav"]
    for path in paths:
        write_wav(path, TAKE)
    request = request_between(*paths, draft(loop=False), SETTINGS, 0.5)
    assert (request.start, request.strength, request.fits) == (Start.IMITATION, BETWEEN_STRENGTH, 0)
    assert request.morph_sound is not None and request.morph_sound_name == "rain"
    assert request.morph_at == 0.5


def test_an_edit_is_made_from_the_sound_itself_unless_something_else_is_asked_for() -> None:
    edit = Edit(TAKE, 0.2, 0.6)
    request = request_editing(edit, draft(start=None), SETTINGS)
    assert request.start is Start.IMITATION and request.imitation is None
    assert request.duration_s is None and request.fits == 0 and not request.loop
    assert request_editing(edit, draft(), SETTINGS).start is Start.NOISE
    assert request_editing(edit, draft(start=None), SETTINGS, TAKE).start is None
    assert request_editing(edit, draft(start=None, start_sound=BELL), SETTINGS).start is None


def test_upscaling_asks_for_one_sound_of_the_upscaler() -> None:
    request = request_upscaling(Upscale(TAKE), "audiosr-basic", SETTINGS)
    assert (request.upscaler, request.checkpoint) == ("audiosr-basic", "audiosr-basic")
    assert request.variations == 1 and request.upscale is not None
