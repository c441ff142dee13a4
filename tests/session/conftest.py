"""Fixtures of the tests of what the window knows."""

from __future__ import annotations

from studio_fixtures import (  # noqa: F401
    audio,
    dressed,
    ears,
    empty_clipboard,
    generate,
    no_keys_held,
    services,
    take,
    theme,
    undressed,
    window,
    with_take,
)
from thread_leaks import no_leaked_threads  # noqa: F401
