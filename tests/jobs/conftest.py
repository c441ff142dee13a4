"""Every test here is checked for threads that it leaves behind."""

from __future__ import annotations

from thread_leaks import no_leaked_threads  # noqa: F401
