# Stands in for the types of transformers, which its lazy imports and decorators hide from checkers.

from typing import Any

def __getattr__(name: str) -> Any: ...
