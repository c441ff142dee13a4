"""What a worker makes of an order: the very files that ``generate`` would write."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scripted_engine import ScriptedEngine

from qvim_studio.audio.files.reading import read_take
from qvim_studio.audio.trim import trim_take
from qvim_studio.core.errors import AudioFileError
from qvim_studio.export.files.clip_writer import write_encoded, write_result
from qvim_studio.jobs.child.messages import Call
from qvim_studio.rendering.order import RenderedRow, order_of
from qvim_studio.rendering.render_service import RENDER, RenderService, request_of_order
from qvim_studio.rendering.row_request import RowRequest, usual_values


@pytest.fixture
def take(tmp_path: Path) -> Path:
    """Half a second of sound between two of silence."""
    samples = np.zeros(24_000)
    samples[8000:16_000] = 0.5 * np.sin(np.arange(8000) / 5)
    soundfile.write(tmp_path / "dog bark.wav", samples, 16_000)
    return tmp_path / "dog bark.wav"


def asked(take: Path, **values: object) -> RowRequest:
    return RowRequest({**usual_values(), "variations": 2, **values}, {"imitation": str(take)})


def render(row: RowRequest) -> RenderedRow:
    service = RenderService("scripted_engine:make_engine")
    return service.run(Call(1, RENDER, (order_of("k", row),)), False, lambda value: None)


def test_a_row_gives_the_files_that_generate_writes(take: Path, tmp_path: Path) -> None:
    row = asked(take, seed=7)
    made = render(row)
    request = request_of_order(order_of("k", row), tmp_path / "unpacked")
    result = ScriptedEngine().generate(request, lambda progress: None, lambda: False)
    written = write_result(result, tmp_path / "made", take.stem)
    assert [clip.ending for clip in made.clips] == ["01", "02"]
    for clip, file in zip(made.clips, written, strict=True):
        copy = write_encoded(clip, tmp_path / "copies" / file.path.stem)
        assert copy.path.read_bytes() == file.path.read_bytes()
        recipes = [json.loads(each.recipe_path.read_text()) for each in (copy, file)]
        assert [recipe.pop("created")[:4] for recipe in recipes]
        assert recipes[0] == recipes[1]
    assert made.seconds > 0 and made.processor_s > 0


def test_takes_are_trimmed_unless_a_row_says_no(take: Path, tmp_path: Path) -> None:
    for trim, expected in (
        (True, trim_take(read_take(take).clip)),
        (False, read_take(take).clip),
    ):
        order = order_of("k", asked(take, trim=trim))
        imitation = request_of_order(order, tmp_path / str(trim)).imitation
        assert imitation is not None
        np.testing.assert_array_equal(imitation.samples, expected.samples)


def test_other_sounds_are_unpacked_with_their_names(take: Path, tmp_path: Path) -> None:
    sounds = {"imitation": str(take), "start_sound": str(take), "timbre": str(take)}
    request = request_of_order(
        order_of("k", RowRequest(usual_values(), sounds)), tmp_path / "unpacked"
    )
    assert request.start_sound is not None and request.start_sound.duration_s == 1.5
    assert request.timbre is not None and request.timbre.duration_s < 1.0
    assert request.timbre_name == request.start_sound_name == "dog bark"


def test_a_take_that_cannot_be_read_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match=r"absent\.wav cannot be opened"):
        order_of("k", asked(tmp_path / "absent.wav"))
    (tmp_path / "text.wav").write_text("no sound")
    with pytest.raises(AudioFileError, match=r"^text\.wav cannot be read as audio"):
        render(asked(tmp_path / "text.wav"))
