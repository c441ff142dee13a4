"""What was made is said in plain values, ready for JSON, with the licence that holds."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from pack_clips import RAIN
from scripted_engine import PROVENANCE, make_variations

from qvim_studio.automation.facts import (
    checkpoint_facts,
    clip_facts,
    match_facts,
    sound_facts,
    word_facts,
)
from qvim_studio.core.match import Compared, Match
from qvim_studio.core.provenance import Origin
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult
from qvim_studio.core.sound_words import SoundWord
from qvim_studio.export.files.clip_writer import write_result


@pytest.mark.parametrize(
    ("match", "kind", "movement", "compared"),
    [
        (None, None, None, None),
        (Match(4, 0.12345, 0.7), 4, 0.123, "take"),
        (Match(None, 1.0, 0.7, Compared.TIMBRE), None, 1.0, "timbre"),
    ],
)
def test_a_match_is_three_values_of_which_any_may_be_null(
    match: Match | None, kind: int | None, movement: float | None, compared: str | None
) -> None:
    assert match_facts(match) == {"kind": kind, "movement": movement, "compared": compared}


REQUEST = GenerationRequest(text="rain", variations=2, seed=7, duration_s=0.3)


def test_a_sound_that_was_not_written_has_no_path() -> None:
    result = GenerationResult(REQUEST, PROVENANCE, make_variations(REQUEST))
    facts = sound_facts(result, result.variations[1], None)
    assert facts["path"] is None and facts["seed"] == 8
    assert (facts["duration_s"], facts["sample_rate"]) == (0.3, 48_000)
    assert (facts["origin"], facts["licence"], facts["kind"]) == ("made", "Apache-2.0", None)
    json.dumps(facts)


def test_each_written_sound_has_its_own_path_and_licence(tmp_path: Path) -> None:
    made = make_variations(REQUEST)
    fitted = replace(made[0], origin=Origin.FITTED, provenance=RAIN)
    result = GenerationResult(REQUEST, PROVENANCE, made, fitted=(fitted,))
    clips = write_result(result, tmp_path, "rain")
    rows = clip_facts(result, clips)
    assert [Path(row["path"]) for row in rows] == [clip.path for clip in clips]
    assert [row["licence"] for row in rows] == ["Apache-2.0", "Apache-2.0", "CC-BY-4.0"]
    assert [row["origin"] for row in rows] == ["made", "made", "fitted"]
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        clip_facts(result, clips[:2])


def test_words_keep_their_order_and_three_digits() -> None:
    heard = [SoundWord("dog", 0.91234, "dog"), SoundWord("bark", 0.1, "dog")]
    assert word_facts(heard) == [{"word": "dog", "score": 0.912}, {"word": "bark", "score": 0.1}]


def test_generators_and_upscalers_are_listed_with_what_they_make() -> None:
    rows = checkpoint_facts()
    by_id = {row["id"]: row for row in rows}
    assert len(by_id) == len(rows) and by_id["starter"]["installed"]
    assert by_id["audiosr-basic"]["family"] == "audiosr"
    json.dumps(rows)
