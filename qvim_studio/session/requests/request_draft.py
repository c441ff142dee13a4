"""Turns the values of the request panel into requests."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from qvim_studio.audio.files.given_sound import GivenSound, read_given
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit
from qvim_studio.core.options import OptionValues
from qvim_studio.core.program.settings import Settings
from qvim_studio.core.request import (
    BETWEEN_STRENGTH,
    LIKE_STRENGTH,
    GenerationRequest,
    Start,
)
from qvim_studio.core.upscale import Upscale


@dataclass(frozen=True)
class RequestDraft:
    """The values of the request panel; see GenerationRequest for the fields."""

    text: str
    balance: float
    follow: float
    duration_s: float | None
    variations: int
    start: Start | None
    seed: int
    negative_text: str
    steps: int | None
    guidance: float | None
    strength: float | None
    extend_bandwidth: bool
    upscaler: str
    clean_pauses: bool
    loop: bool
    fits: int
    options: OptionValues = field(default_factory=OptionValues)
    start_sound: GivenSound | None = None
    timbre: GivenSound | None = None


def request_of(
    draft: RequestDraft, settings: Settings, imitation: AudioClip | None, edit: Edit | None = None
) -> GenerationRequest:
    """The request for a draft. Raises UsageError for impossible values."""
    given, timbre = draft.start_sound, draft.timbre
    return GenerationRequest(
        imitation=imitation,
        timbre=None if timbre is None else timbre.clip,
        timbre_name="" if timbre is None else timbre.name,
        start_sound=None if given is None else given.clip,
        start_sound_name="" if given is None else given.name,
        edit=edit,
        text=draft.text,
        negative_text=draft.negative_text,
        balance=draft.balance if imitation is not None or edit is not None else 1.0,
        follow=draft.follow,
        duration_s=draft.duration_s,
        variations=draft.variations,
        fits=draft.fits,
        seed=draft.seed,
        steps=draft.steps,
        guidance=draft.guidance,
        sampler=settings.sampler,
        start=draft.start if given is None else None,
        strength=draft.strength,
        extend_bandwidth=draft.extend_bandwidth,
        upscaler=draft.upscaler,
        clean_pauses=draft.clean_pauses,
        loop=draft.loop and edit is None,
        checkpoint=settings.checkpoint,
        vram_mode=settings.vram_mode,
        cuda_graphs=settings.cuda_graphs,
        options=draft.options,
        library_folder=settings.library_folder or None,
    )


def request_like(clip: AudioClip, draft: RequestDraft, settings: Settings) -> GenerationRequest:
    """A request for variations of a clip: denoising starts from the clip and follows its course."""
    strength = draft.strength or LIKE_STRENGTH
    like = replace(
        draft,
        start=Start.IMITATION,
        strength=strength,
        duration_s=None,
        fits=0,
        start_sound=None,
        timbre=None,
    )
    return request_of(like, settings, clip)


def request_between(
    first: Path, second: Path, draft: RequestDraft, settings: Settings, at: float | None
) -> GenerationRequest:
    """Sounds between two files, or from one to the other. Raises StudioError if a file cannot be
    read. at: see GenerationRequest.morph_at."""
    strength = draft.strength or BETWEEN_STRENGTH
    alone = replace(
        draft, start=Start.IMITATION, strength=strength, fits=0, start_sound=None, timbre=None
    )
    other = read_given(second)
    request = request_of(alone, settings, read_given(first).clip)
    return request.with_changes(morph_sound=other.clip, morph_sound_name=other.name, morph_at=at)


def request_upscaling(upscale: Upscale, upscaler: str, settings: Settings) -> GenerationRequest:
    """A request that adds highs to a sound and changes nothing else. upscaler: id, in the place of
    the checkpoint."""
    return GenerationRequest(
        upscale=upscale,
        upscaler=upscaler,
        checkpoint=upscaler,
        variations=1,
        vram_mode=settings.vram_mode,
    )


def request_editing(
    edit: Edit, draft: RequestDraft, settings: Settings, imitation: AudioClip | None = None
) -> GenerationRequest:
    """A request that regenerates a part of a sound: from an imitation of the part, or from the
    sound itself unless noise is asked for."""
    draft = replace(draft, duration_s=None, fits=0)
    is_open = draft.start is not Start.NOISE and draft.start_sound is None
    if imitation is None and is_open:
        draft = replace(draft, start=Start.IMITATION)
    return request_of(draft, settings, imitation, edit)
