"""Options of a family of generators on the command line: ``--option NAME=VALUE``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from qvim_studio.core.capabilities import Capabilities
from qvim_studio.core.errors import UsageError
from qvim_studio.core.options import ENCODER_OPTION, LORA_OPTIONS, Option, OptionValues
from qvim_studio.families.added import with_added
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.known import family_of


def option_values(texts: Sequence[str], checkpoint: str) -> OptionValues:
    """What ``--option`` gave, in the types of the checkpoint's options.

    Raises UsageError for a text of another form, an unknown option or a value that it refuses,
    CheckpointError for an unknown checkpoint.
    """
    if not texts:
        return OptionValues()
    found = find_checkpoint(checkpoint)
    declared = family_of(found).describe(found).options
    known = {option.name: option for option in declared}
    values = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign:
            raise UsageError(f"Got --option {text}, expected NAME=VALUE, such as --option steps=8.")
        if name == ENCODER_OPTION or (name.startswith(LORA_OPTIONS) and name not in known):
            with_added(found, {name: value}, declared)  # says what there is instead
        if name == ENCODER_OPTION and name not in known:
            continue  # there is no choice, and its own was asked for
        if name not in known:
            raise UsageError(
                f"{found.title} has no option {name!r}; it has {', '.join(known) or 'none'}. See "
                f"qvim-studio checkpoints describe {checkpoint}."
            )
        values[name] = known[name].parsed(value)
    return OptionValues(values)


def added_choices(encoder: str, loras: Sequence[str]) -> list[str]:
    """``--encoder`` and ``--lora`` as ``--option`` spells them.

    >>> added_choices("mine", ["rain:0.5", "wood"])
    ['encoder=mine', 'lora.rain=0.5', 'lora.wood=1']
    """
    chosen = [f"{ENCODER_OPTION}={encoder}"] if encoder else []
    for text in loras:
        name, _, weight = text.partition(":")
        chosen.append(f"{LORA_OPTIONS}{name}={weight or 1}")
    return chosen


def described(capabilities: Capabilities) -> dict[str, Any]:
    """What a checkpoint takes and gives, ready for JSON."""
    return {
        "inputs": sorted(each.value for each in capabilities.inputs),
        "edits": sorted(each.value for each in capabilities.edits),
        "voice_route": capabilities.voice_route.value,
        "sample_rate_hz": capabilities.sample_rate_hz,
        "channels": capabilities.channels,
        "min_s": capabilities.min_s,
        "max_s": capabilities.longest_s,
        "at_once_s": capabilities.max_s,
        "options": described_options(capabilities.options),
        "presets": {preset.name: dict(preset.values) for preset in capabilities.presets},
    }


def description_lines(capabilities: Capabilities) -> Iterator[str]:
    """The same for people."""
    channels = "stereo" if capabilities.channels == 2 else "mono"
    yield (
        f"makes {capabilities.min_s:g} to {capabilities.longest_s:g} s, {channels}, "
        f"{capabilities.sample_rate_hz / 1000:g} kHz; the voice enters as "
        f"{capabilities.voice_route.value}"
    )
    yield f"takes {', '.join(sorted(each.value for each in capabilities.inputs)) or 'nothing'}"
    edits = ", ".join(sorted(each.value for each in capabilities.edits))
    yield f"edits {edits or 'no sounds'}"
    yield from option_lines(capabilities.options)
    for preset in capabilities.presets:
        values = ", ".join(f"{name}={value}" for name, value in preset.values.items())
        yield f"  preset {preset.name}: {values}"


def option_lines(options: Sequence[Option]) -> Iterator[str]:
    """A line for each option, for people."""
    for option in options:
        line = f"{option.title}{_range(option)}"
        yield f"  --option {option.name}={option.default}{option.unit}  {line}"


def described_options(options: Sequence[Option]) -> list[dict[str, Any]]:
    """Likewise, ready for JSON."""
    return [_option(option) for option in options]


def _range(option: Option) -> str:
    if option.choices:
        return f" ({', '.join(option.choices)})"
    if option.low is None or option.high is None:
        return ""
    return f" ({option.low:g} to {option.high:g})"


def _option(option: Option) -> dict[str, Any]:
    return {
        "name": option.name,
        "title": option.title,
        "default": option.default,
        "role": option.role.value,
        "low": option.low,
        "high": option.high,
        "choices": list(option.choices),
        "unit": option.unit,
    }
