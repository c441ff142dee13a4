"""A local hub with a tiny checkpoint."""

from __future__ import annotations

from hub_downloads import hub, registered  # noqa: F401
