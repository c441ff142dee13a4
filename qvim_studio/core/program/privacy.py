"""Switches the telemetry of other libraries off, so that nothing leaves this machine by itself."""

from __future__ import annotations

import os

# Read by the libraries when they are imported.
SWITCHES = {
    # huggingface_hub, and through it transformers, diffusers and accelerate: no usage reports, no
    # versions of this machine's libraries in what downloads say of themselves, no look-ups of
    # newer releases. Downloads themselves stay possible.
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "DISABLE_TELEMETRY": "1",
    # Asks every program for the same (consoledonottrack.com).
    "DO_NOT_TRACK": "1",
    # The mcp package names its spans to the API of OpenTelemetry, which sends nothing by itself;
    # an SDK that is found beside it stays off, too.
    "OTEL_SDK_DISABLED": "true",
    # Libraries that we do not install and that accelerate, diffusers or transformers use where
    # they find them.
    "ORT_DISABLE_TELEMETRY": "1",
    "WANDB_MODE": "disabled",
    "WANDB_DISABLED": "true",
    "COMET_MODE": "DISABLED",
    "CLEARML_OFFLINE_MODE": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "GRADIO_ANALYTICS_ENABLED": "False",
}


def switch_telemetry_off() -> None:
    """Switch telemetry off for this process and its children, before any library is imported."""
    os.environ.update(SWITCHES)
