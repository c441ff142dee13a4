"""Nothing outside of ``families/`` knows which families there are, or what numbers they have."""

from __future__ import annotations

import ast
import io
import re
import shutil
import sys
import tokenize
from pathlib import Path

import numpy as np
import pytest

from qvim_studio import families
from qvim_studio.checkpoints.registry import user_registry
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.request import GenerationRequest, VramMode
from qvim_studio.families import known
from qvim_studio.families.catalog import find_checkpoint, list_checkpoints
from qvim_studio.families.importing import import_source
from qvim_studio.families.known import all_families, all_upscalers, family_of
from qvim_studio.generation.engine import StudioEngine

PACKAGE = Path(families.__file__).parents[1]
# Rooms that belong to certain networks: their own front ends, and trainers and measures of the
# starter, which is an AudioLDM.
OF_NETWORKS = {"families", "networks", "training", "evaluation", "bench"}
# Ears have a rate of their own, whatever makes the sounds.
EARS = {"voice/tagger.py", "audio/beats.py", "audio/following/pitch.py"}
NUMBERS = {16_000, 512, 10.24}
NAMES = {"SAMPLE_RATE", "HOP", "N_MELS", "FMAX_HZ", "MEL_BINS", "MEL_PER_LATENT", "VAE_FACTOR"}
NAMES |= {"LATENT_STEP_S", "LATENT_BINS", "LATENT_CHANNELS", "LATENT_SAMPLES", "SAMPLES_PER_MEL"}
SUSPECT = re.compile("16_?000|512|10.24|" + "|".join(NAMES))
MOST_LINES = 20  # there were about 140


def common_modules() -> list[Path]:
    rooms = [path for path in PACKAGE.iterdir() if path.is_dir() and path.name not in OF_NETWORKS]
    return [module for room in rooms for module in sorted(room.rglob("*.py"))]


def lines_with_numbers(text: str) -> set[int]:
    """Those that name a generator's rate, hop, number of bins or of conditions."""
    if not SUSPECT.search(text):
        return set()
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        is_number = token.type == tokenize.NUMBER and ast.literal_eval(token.string) in NUMBERS
        if is_number or (token.type == tokenize.NAME and token.string in NAMES):
            lines.add(token.start[0])
    return lines


def test_few_lines_outside_of_families_name_what_one_family_is_like() -> None:
    found = [
        f"{module.relative_to(PACKAGE)}:{line}"
        for module in common_modules()
        if module.relative_to(PACKAGE).as_posix() not in EARS
        for line in sorted(lines_with_numbers(module.read_text(encoding="utf-8")))
    ]
    assert len(found) < MOST_LINES, found
    assert "diffusion/preview.py:" in " ".join(found)  # it does find them


def test_the_window_and_its_session_name_no_family() -> None:
    ids = [each.id for each in (*all_families(), *all_upscalers())]
    spelled = "|".join(re.sub(r"[_-]", "[ _-]?", id) for id in [*ids, "musicldm"])
    found = [
        f"{module.relative_to(PACKAGE)}: {name.group()}"
        for room in ("ui", "session")
        for module in sorted((PACKAGE / room).rglob("*.py"))
        if (name := re.search(spelled, module.read_text(encoding="utf-8"), re.IGNORECASE))
    ]
    assert not found


def test_nobody_outside_decides_by_the_name_of_a_family() -> None:
    ids = {each.id for each in (*all_families(), *all_upscalers())}
    found = []
    for module in PACKAGE.rglob("*.py"):
        inside, text = module.relative_to(PACKAGE), module.read_text(encoding="utf-8")
        if inside.parts[0] == "families" or not any(id in text for id in ids):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.Compare, ast.match_case)):
                values = {one.value for one in ast.walk(node) if isinstance(one, ast.Constant)}
                found += [f"{inside}: {id}" for id in ids & values]
    assert not found


def test_a_family_takes_a_folder_and_an_entry_beside_its_line_in_the_contract(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The line is asked for by test_contract.test_every_family_that_makes_sounds_is_here."""
    package = tmp_path / "families" / "hum"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    template = resource_path("guide", "example_family") / "example_family.py"
    shutil.copyfile(template, package / "family.py")
    entry = '[hum]\ntitle = "Hum"\nfamily = "example"\nrepo = "somebody/hum"\nlicence = "MIT"\n'
    user_registry().parent.mkdir(parents=True, exist_ok=True)
    user_registry().write_text(f'{entry}commercial = "yes"\n', encoding="utf-8")
    monkeypatch.setattr(families, "__path__", [*families.__path__, str(package.parent)])
    monkeypatch.setattr(known, "all_families", all_families.__wrapped__)
    for name in ("qvim_studio.families.hum", "qvim_studio.families.hum.family"):
        monkeypatch.setitem(sys.modules, name, None)
        monkeypatch.delitem(sys.modules, name)
    (listed,) = [one for one in list_checkpoints() if one.id == "hum"]
    assert family_of(listed).describe(listed).options[0].name == "color"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "example.json").write_text('{"example": 1}', encoding="utf-8")
    assert import_source(tmp_path / "mine", allow_pickle=False).id == "mine"
    voice = AudioClip.from_mono(0.1 * np.random.default_rng(0).standard_normal(24_000), 48_000)
    request = GenerationRequest(voice, checkpoint="mine", variations=1, vram_mode=VramMode.CPU)
    result = StudioEngine(lambda *asked: ()).generate(request, lambda p: None, lambda: False)
    assert find_checkpoint("mine").family == "example" and len(result.variations) == 1
