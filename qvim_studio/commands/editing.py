"""What the commands do that make new sounds of sounds: edit, restyle, morph."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

from qvim_studio.audio.files.given_sound import name_of, read_given
from qvim_studio.audio.files.reading import read_noted, read_sound_header
from qvim_studio.audio.highs import edit_of_highs
from qvim_studio.commands.generate import make_clips, request_from
from qvim_studio.core.edit import Edit, edited_name
from qvim_studio.core.errors import UsageError
from qvim_studio.core.request import Start
from qvim_studio.export.files.recipe import provenance_of
from qvim_studio.session.request_draft import BETWEEN_STRENGTH

RESTYLE_STRENGTH = 0.6  # between the sound itself and the words alone


def edit(options: argparse.Namespace) -> dict[str, Any]:
    """Regenerate a part of a sound, or continue it."""
    options.notes = []
    noted, came_from = read_noted(options.sound), provenance_of(options.sound)
    sound = noted.clip
    options.notes += noted.notes
    if options.seconds is not None:
        asked = Edit.continuing(sound, options.seconds, came_from)
    elif options.highs is not None:
        asked = edit_of_highs(sound, options.highs or None, came_from)
    else:
        asked = Edit.of_parts(sound, options.repair or [options.part], came_from)
    asked = replace(asked, bit_depth=read_sound_header(options.sound).bit_depth)
    return make_clips(request_from(options, asked), options, edited_name(options.sound.stem))


def restyle(options: argparse.Namespace) -> dict[str, Any]:
    """The same course in time, another sound: zero-shot style transfer (Liu et al. 2023, section
    3.4): a sound is noised as far as the strength says and denoised to what the words say."""
    options.notes = []
    if not options.text and options.timbre is None:
        raise UsageError(
            "restyle needs to know what the sound should become, got neither --text nor --timbre. "
            "Say it in words, or give another sound."
        )
    options.imitation, options.no_trim = options.sound, True
    options.start = options.start or Start.IMITATION.value
    if options.balance is None and options.text:
        options.balance = 1.0
    if options.strength is None:
        options.strength = RESTYLE_STRENGTH
    options.notes.append(f"What is left of {options.sound.name} stays under its own licence.")
    return make_clips(request_from(options), options, f"{options.sound.stem} restyled")


def morph(options: argparse.Namespace) -> dict[str, Any]:
    """Sounds between two sounds: their latents mixed along the arc between them, then noised as far
    as the strength says and denoised."""
    options.notes = []
    other = read_given(options.other)
    options.imitation, options.no_trim = options.sound, True
    options.start = options.start or Start.IMITATION.value
    if options.strength is None:
        options.strength = BETWEEN_STRENGTH
    options.notes += other.notes
    options.notes.append("What is left of the two sounds stays under their own licences.")
    request = request_from(options).with_changes(
        morph_sound=other.clip,
        morph_sound_name=name_of(options.other),
        morph_at=None if options.over_time else options.at,
        duration_s=options.duration,
    )
    return make_clips(request, options, f"{options.sound.stem} to {options.other.stem}")
