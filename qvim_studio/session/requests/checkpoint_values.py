"""What the user set for each checkpoint: steps that suit one are wrong for the next."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from qvim_studio.core.errors import UsageError
from qvim_studio.core.options import OptionValues
from qvim_studio.core.program.settings import Settings
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.text.json_text import as_object, parse_json

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CheckpointValues:
    """None, or an absent option, leaves the choice to the checkpoint. See GenerationRequest."""

    steps: int | None = None
    guidance: float | None = None
    strength: float | None = None
    options: OptionValues = field(default_factory=OptionValues)

    @classmethod
    def of(cls, request: GenerationRequest) -> CheckpointValues:
        variety = {} if request.variety is None else {"variety": request.variety}
        options = OptionValues({**request.options, **variety})
        return cls(request.steps, request.guidance, request.strength, options)

    def with_options(self, options: OptionValues) -> CheckpointValues:
        """The same numbers with other options."""
        return replace(self, options=options)

    def as_text(self) -> str:
        """A form for the settings."""
        numbers = {"steps": self.steps, "guidance": self.guidance, "strength": self.strength}
        return json.dumps({**numbers, "options": dict(self.options)})

    @classmethod
    def of_text(cls, text: str) -> CheckpointValues:
        """The values that ``as_text`` wrote; the checkpoint's own values for anything else."""
        try:
            stored = as_object(parse_json(text))
            numbers: dict[str, Any] = {
                name: stored.get(name) for name in ("steps", "guidance", "strength")
            }
            Settings(**numbers)  # which checks types and ranges
            options = as_object(stored.get("options") or {})
            if not all(isinstance(each, (bool, int, float, str)) for each in options.values()):
                raise ValueError(f"got {options!r}, expected the values of options")
            return cls(**numbers, options=OptionValues(options))
        except (ValueError, TypeError, UsageError) as error:
            log.info("The values of a checkpoint are not used: %s", error)
            return cls()


class CheckpointMemory:
    """The values of every checkpoint that was used, by its id."""

    def __init__(self, stored: Mapping[str, str]) -> None:
        """stored: Settings.by_checkpoint."""
        self._values = {id: CheckpointValues.of_text(text) for id, text in stored.items()}

    def keep(self, id: str, values: CheckpointValues) -> None:
        self._values[id] = values

    def of(self, id: str) -> CheckpointValues:
        return self._values.get(id, CheckpointValues())

    def stored(self) -> dict[str, str]:
        """For the settings; checkpoints with nothing but their own values are left out."""
        plain = CheckpointValues()
        return {id: each.as_text() for id, each in self._values.items() if each != plain}
