"""Commands of these tests leave the log of the whole process as it is."""

from __future__ import annotations

import pytest

from qvim_studio.commands import cli


@pytest.fixture(autouse=True)
def quiet_logging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
