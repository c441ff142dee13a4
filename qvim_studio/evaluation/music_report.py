"""The evaluation of made music as a page and as lines for a terminal."""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

from qvim_studio.audio.files.reading import check_output_folder, write_text_file
from qvim_studio.evaluation.music import FOREIGN, TUNED, UNTUNED, VOICE, MusicEvaluation
from qvim_studio.evaluation.music_figures import PAIR_FIGURES
from qvim_studio.evaluation.report import (
    MAX_SHOWN,
    PAGE,
    html_table,
    media_block,
    report_document,
    spread_cell,
)

TITLES = {
    "chroma_cosine": "chroma, cosine",
    "beat_f1": "beats within 70 ms, F1",
    "key_match": "same key",
}
DIFFERENCE = "difference"


def write_music_report(folder: Path, figures: dict[str, Any], made: MusicEvaluation) -> Path:
    """Write ``index.html``, ``figures.json`` and the media beside them; returns the page.

    Raises OutputError if the folder cannot be written.
    """
    check_output_folder(folder)
    media = folder / "media"
    media.mkdir(parents=True, exist_ok=True)
    sections = [_music_head(figures)]
    for condition, scores in figures["music"]["conditions"].items():
        sections.append(_condition_section(condition, scores, figures["music"]))
    sections.append(_case_grid(made, media))
    write_text_file(folder / "figures.json", json.dumps(figures, indent=1))
    page = folder / PAGE
    write_text_file(page, report_document(sections))
    return page


def music_summary(figures: dict[str, Any]) -> str:
    """A few lines for a terminal."""
    music = figures["music"]
    side = "held out" if figures["held_out"] else "LEARNED FROM: no group is held out"
    lines = [f"{figures['title']}: {music['pairs']} pairs, {music['seconds']:.0f} s, {side}"]
    for condition, scores in music["conditions"].items():
        lines.append(f"{condition}:")
        lines += [f"  {model}: {_line(scores[model])}" for model in (TUNED, UNTUNED, DIFFERENCE)]
    if music[FOREIGN] is not None:
        lines.append(f"{FOREIGN}: {_line(music[FOREIGN])}")
    lines.append(f"Fréchet by {music['embedding']}. Brackets hold 95 % bootstrap intervals.")
    return "\n".join(lines)


def _line(scores: dict[str, Any]) -> str:
    parts = []
    for name, title in TITLES.items():
        one = scores[name]
        text = "–" if one is None else f"{one['mean']:.3f} [{one['low']:.3f}, {one['high']:.3f}]"
        parts.append(f"{title} {text}")
    frechet = scores.get("frechet")
    if frechet is not None:
        parts.append(f"Fréchet {_frechet(frechet)}")
    return "; ".join(parts)


def _frechet(one: dict[str, float] | None) -> str:
    if one is None:
        return "–"
    return f"{one['distance']:.2f} [{one['low']:.2f}, {one['high']:.2f}]"


def _music_head(figures: dict[str, Any]) -> str:
    music = figures["music"]
    facts = (
        f"{figures['title']}, changes {figures['lora']}. {music['pairs']} pairs, "
        f"{music['seconds']:.0f} s. {figures['date']}, {figures['machine']}."
    )
    side = (
        "train music holds the groups of all these pairs out."
        if figures["held_out"]
        else "No group of these pairs is held out: the tuned model may have learned them all."
    )
    return (
        f"<h1>How near is the music of a voice?</h1><p class=soft>{html.escape(facts)}</p>"
        f"<p>{side} Chroma is compared moment by moment, beats within 70 ms, the key as a whole. "
        f"The Fréchet distance of the two sets is by {html.escape(music['embedding'])}, the lower "
        "the better; numbers by another embedding cannot be compared with it. Brackets hold 95 % "
        "bootstrap intervals over pairs. “Music of another voice” is the real music of another "
        "pair, which shows what chance gives.</p>"
    )


def _condition_section(condition: str, scores: dict[str, Any], music: dict[str, Any]) -> str:
    rows = [(name, scores[name]) for name in (TUNED, UNTUNED)]
    if music[FOREIGN] is not None:
        rows.append((FOREIGN, music[FOREIGN]))
    cells = [
        (name, *(spread_cell(one[figure]) for figure in PAIR_FIGURES), _frechet(one["frechet"]))
        for name, one in rows
    ]
    difference = (spread_cell(scores[DIFFERENCE][figure]) for figure in PAIR_FIGURES)
    cells.append(("tuned − untuned, pair by pair", *difference, ""))
    header = ("made → the voice's own music", *TITLES.values(), "Fréchet")
    return f"<h2>{html.escape(condition)}</h2>{html_table(header, cells)}"


def _case_grid(made: MusicEvaluation, media: Path) -> str:
    figures = []
    for number, case in enumerate(made.cases[:MAX_SHOWN]):
        sounds = {"voice": case.voice, "its music": case.music}
        sounds |= {model: made.made[model, VOICE][number] for model in (TUNED, UNTUNED)}
        parts = "".join(
            media_block(label, clip, media, f"{number:02d}-{place}")
            for place, (label, clip) in enumerate(sounds.items())
        )
        caption = html.escape(case.name)
        figures.append(f"<figure><figcaption>{caption}</figcaption>{parts}</figure>")
    return f"<div class=grid>{''.join(figures)}</div>"
