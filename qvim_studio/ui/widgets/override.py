"""Keeps an error in a Qt override from ending the program."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

log = logging.getLogger(__name__)


def logs_errors(returns: Any = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator for methods that Qt calls while it paints or lays out: logs an error and returns
    ``returns``.

    PySide6 6.11 on Python 3.11 crashes if such a method passes on an error of a builtin
    (``().index(1)``, ``1 / 0``) while Python code waits further up the stack.
    """

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def guarded(*arguments: Any, **options: Any) -> Any:
            try:
                return method(*arguments, **options)
            except Exception:
                log.exception("%s failed", method.__qualname__)
                return returns

        return guarded

    return decorate
