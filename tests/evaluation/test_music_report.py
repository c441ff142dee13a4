"""The page of made music holds all figures and the sounds of each case, whatever is unknown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ranking_engine import noise

from qvim_studio.core.errors import OutputError
from qvim_studio.evaluation.music import FOREIGN, TUNED, UNTUNED, VOICE, MusicCase, MusicEvaluation
from qvim_studio.evaluation.music_report import music_summary, write_music_report

SPREAD = {"mean": 0.5, "low": 0.25, "high": 0.75, "median": 0.4375, "takes": 3}
SCORES = {"chroma_cosine": SPREAD, "beat_f1": None, "key_match": SPREAD}
FRECHET = {"distance": 1.5, "low": 1.0, "high": 2.25}


def figures(foreign: dict[str, Any] | None = None, *, held_out: bool = True) -> dict[str, Any]:
    models = {TUNED: {**SCORES, "frechet": FRECHET}, UNTUNED: {**SCORES, "frechet": None}}
    music = {
        "pairs": 3,
        "seconds": 9.6,
        "embedding": "YAMNet <1024-d>",
        "conditions": {"voice": {**models, "difference": SCORES}},
        FOREIGN: foreign,
    }
    about = {"title": "Tiny & co", "lora": "a/b", "date": "2026-11-30", "machine": "a box"}
    return {**about, "held_out": held_out, "music": music}


def test_the_summary_has_a_line_for_each_model_and_a_dash_for_what_is_unknown() -> None:
    known = "chroma, cosine 0.500 [0.250, 0.750]; beats within 70 ms, F1 –; same key 0.500"
    lines = music_summary(figures({**SCORES, "frechet": FRECHET})).splitlines()
    assert lines[:2] == ["Tiny & co: 3 pairs, 10 s, held out", "voice:"]
    assert lines[2] == f"  tuned: {known} [0.250, 0.750]; Fréchet 1.50 [1.00, 2.25]"
    assert lines[3] == f"  untuned: {known} [0.250, 0.750]"
    assert lines[4] == f"  difference: {known} [0.250, 0.750]"
    assert lines[5].startswith(f"{FOREIGN}: {known}")
    assert "LEARNED FROM" in music_summary(figures(held_out=False))
    assert FOREIGN not in music_summary(figures())


def make_music(count: int) -> MusicEvaluation:
    cases = tuple(MusicCase(f"<case {n}>", noise(n), noise(n + 1), "") for n in range(count))
    clips = tuple(noise(n + 2) for n in range(count))
    return MusicEvaluation({}, cases, {(model, VOICE): clips for model in (TUNED, UNTUNED)})


def test_the_page_shows_every_case_with_four_sounds_and_what_was_named(tmp_path: Path) -> None:
    page = write_music_report(tmp_path / "report", figures(), make_music(2))
    text = page.read_text(encoding="utf-8")
    assert text.count("<audio") == 8 and text.count("<figure>") == 2
    assert "&lt;case 1&gt;" in text and "Tiny &amp; co" in text and "<1024-d>" not in text
    assert "holds the groups of all these pairs out" in text and "1.50 [1.00, 2.25]" in text
    assert len(list((tmp_path / "report" / "media").glob("*.wav"))) == 8
    assert json.loads((page.parent / "figures.json").read_text()) == figures()


def test_a_page_without_held_out_pairs_says_so(tmp_path: Path) -> None:
    page = write_music_report(
        tmp_path, figures({**SCORES, "frechet": None}, held_out=False), make_music(0)
    )
    text = page.read_text(encoding="utf-8")
    assert "may have learned them all" in text and f"<td>{FOREIGN}" in text


def test_a_folder_that_takes_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="Nothing can be written"):
        write_music_report(tmp_path / "file", figures(), make_music(0))
