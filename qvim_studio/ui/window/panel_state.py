"""Converts the values of the request panel to plain values for a file, and back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from qvim_studio.core.errors import UsageError
from qvim_studio.core.program.settings import Settings
from qvim_studio.core.request import Start
from qvim_studio.ui.request.number_fields import MAX_SHOWN_SEED
from qvim_studio.ui.request.request_panel import RequestPanel

log = logging.getLogger(__name__)

_DETAILS = (
    *("steps", "guidance", "strength", "extend_bandwidth", "upscaler", "clean_pauses", "loop"),
    "fits",
)


def panel_state(panel: RequestPanel) -> dict[str, Any]:
    """The values of all controls, by name."""
    details, start = panel.details.kept_in(Settings()), panel.chosen_start
    return {
        "text": panel.text.text(),
        "negative_text": panel.details.negative.text(),
        "balance": panel.balance.value(),
        "follow": panel.follow.value(),
        "duration_s": panel.duration.value(),
        "variations": panel.variations.value(),
        "start": None if start is None else start.value,
        "seed": panel.seed.value(),
        "is_seed_kept": panel.seed_lock.isChecked(),
        "options": dict(panel.options.values),
        "given": panel.given.state(),
        **{name: getattr(details, name) for name in _DETAILS},
    }


def restore_panel(panel: RequestPanel, state: Mapping[str, Any]) -> None:
    """Set every control for which the state has a valid value."""
    controls: dict[str, Callable[[Any], object]] = {
        "text": panel.text.setText,
        "negative_text": panel.details.negative.setText,
        "balance": panel.balance.setValue,
        "follow": panel.follow.setValue,
        "duration_s": panel.duration.setValue,
        "variations": panel.variations.setValue,
        "start": partial(_restore_start, panel),
        "seed": panel.seed.setValue,
        "is_seed_kept": panel.seed_lock.setChecked,
        "options": panel.options.show_values,
        "given": panel.given.restore,
        **{name: partial(_restore_detail, panel, name) for name in _DETAILS},
    }
    for name, restore in controls.items():
        try:
            value = state.get(name)
            if isinstance(value, int) and abs(value) > MAX_SHOWN_SEED:
                raise OverflowError(f"{value} is no number of a control")
            if name in state:
                restore(value)
        except (AttributeError, TypeError, ValueError, OverflowError, UsageError) as error:
            log.info("%s is not restored: %s", name, error)
    panel.details.changed.emit()


def _restore_start(panel: RequestPanel, value: str | None) -> None:
    start = None if value is None else Start(value)
    panel.start.setCurrentIndex(max(panel.start.findData(start), 0))


def _restore_detail(panel: RequestPanel, name: str, value: object) -> None:
    changed = panel.details.kept_in(Settings()).with_changes(**{name: value})
    panel.details.show_settings(changed)
