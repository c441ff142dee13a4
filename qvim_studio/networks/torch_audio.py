"""The only import of torchaudio, whose wheel may be built for CUDA beside a CPU-only torch."""

from __future__ import annotations

import sys
import types
from typing import Any

try:
    import torchaudio
except OSError:
    for _name in [name for name in sys.modules if name.split(".")[0] == "torchaudio"]:
        del sys.modules[_name]
    _extension: Any = types.ModuleType("torchaudio._extension")
    _extension._IS_TORCHAUDIO_EXT_AVAILABLE = False
    _extension._IS_ALIGN_AVAILABLE = False
    _extension.fail_if_no_align = lambda function: function
    _extension._check_cuda_version = lambda: None
    sys.modules["torchaudio._extension"] = _extension
    import torchaudio

__all__ = ["torchaudio"]
