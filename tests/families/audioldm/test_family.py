"""What AudioLDM declares of its checkpoints, without loading them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tiny_checkpoint import build_tiny_checkpoint

from qvim_studio.core.capabilities import EditKind, Input, VoiceRoute
from qvim_studio.core.errors import UsageError
from qvim_studio.core.options import OptionValues
from qvim_studio.families.audioldm.family import FAMILY
from qvim_studio.families.catalog import find_checkpoint, list_checkpoints


def test_the_starter_takes_voice_words_and_curves() -> None:
    capabilities = FAMILY.describe(find_checkpoint("starter"))
    assert capabilities.inputs == frozenset(Input) - {Input.MELODY}
    assert capabilities.edits == frozenset(EditKind)
    assert capabilities.voice_route is VoiceRoute.ADAPTER
    assert (capabilities.sample_rate_hz, capabilities.channels) == (16_000, 1)
    assert capabilities.curve_step_s == pytest.approx(0.04)


def test_what_a_folder_lacks_is_not_declared(tmp_path: Path) -> None:
    folder = build_tiny_checkpoint(tmp_path / "tiny", has_controls=False)
    capabilities = FAMILY.describe(find_checkpoint(str(folder)))
    assert not capabilities.takes(Input.TEXT) and not capabilities.takes(Input.CURVES)
    assert capabilities.curve_step_s is None
    (folder / "adapter").rename(folder / "elsewhere")
    deaf = FAMILY.describe(find_checkpoint(str(folder)))
    assert deaf.voice_route is VoiceRoute.NONE and not deaf.takes(Input.VOICE)


def test_a_checkpoint_that_is_only_known_declares_what_the_registry_says() -> None:
    known = next(each for each in list_checkpoints() if each.id == "audioldm-m-full")
    capabilities = FAMILY.describe(known)
    assert capabilities.takes(Input.TEXT) and not capabilities.takes(Input.VOICE)
    assert FAMILY.footprint(known).weights > 500_000_000


def test_options_begin_with_the_checkpoint_s_own_values_and_refuse_others() -> None:
    starter = find_checkpoint("starter")
    capabilities = FAMILY.describe(starter)
    values = capabilities.filled(OptionValues({"light": True}))
    assert values["steps"] == starter.defaults.steps and values["light"] is True
    with pytest.raises(UsageError, match="no option 'top_k'"):
        capabilities.filled(OptionValues({"top_k": 250}))
    for preset in capabilities.presets:
        capabilities.filled(preset.values)


def test_describing_needs_no_torch() -> None:
    code = (
        "import sys; from qvim_studio.families.catalog import list_checkpoints;"
        "from qvim_studio.families.known import family_of;"
        "[family_of(each).describe(each) for each in list_checkpoints()];"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
