"""What the commands do that make new sounds of sounds: edit, restyle, morph."""

from __future__ import annotations

import argparse
from typing import Any

from qvim_studio.automation.sound_forms import EditForm, MorphForm, Readable, RestyleForm
from qvim_studio.commands.forms import form_of
from qvim_studio.commands.generate import make_clips


def edit(options: argparse.Namespace) -> dict[str, Any]:
    """Regenerate a part of a sound, or continue it."""
    parts = options.repair or ([] if options.part is None else [tuple(options.part)])
    form = form_of(options)
    return _make(EditForm(options.sound, form, parts, options.seconds, options.highs), options)


def restyle(options: argparse.Namespace) -> dict[str, Any]:
    """Make other sounds with the course in time of a sound."""
    return _make(RestyleForm(options.sound, form_of(options)), options)


def morph(options: argparse.Namespace) -> dict[str, Any]:
    """Make sounds between two sounds."""
    at = None if options.over_time else options.at
    return _make(MorphForm(options.sound, options.other, form_of(options), at), options)


def _make(wanted: Readable, options: argparse.Namespace) -> dict[str, Any]:
    request, notes, stem = wanted.read()
    options.notes = list(notes)
    return make_clips(request, options, stem)
