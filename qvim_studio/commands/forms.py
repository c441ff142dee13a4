"""What the options of a command say about a request, as a form."""

from __future__ import annotations

import argparse

from qvim_studio.automation.request_form import RequestForm
from qvim_studio.commands.option_values import added_choices, option_values
from qvim_studio.core.request_fields import REQUEST_FIELDS


def form_of(options: argparse.Namespace) -> RequestForm:
    """The form of a command that makes sounds; options that it lacks keep their default."""
    given = {known: getattr(options, known.column, None) for known in REQUEST_FIELDS.values()}
    values = {
        known.name: known.of_option(value) for known, value in given.items() if value is not None
    }
    added = added_choices(getattr(options, "encoder", ""), getattr(options, "loras", []))
    own = option_values([*getattr(options, "options", []), *added], options.checkpoint)
    return RequestForm(getattr(options, "imitation", None), values, own)
