"""The evaluation as a page: tables, players and spectrograms in one folder."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from qvim_studio.audio.files.reading import (
    check_output_folder,
    write_atomically,
    write_text_file,
    write_wav,
)
from qvim_studio.core.clip import AudioClip
from qvim_studio.evaluation.clips import MadeClip
from qvim_studio.evaluation.pictures import save_spectrogram
from qvim_studio.evaluation.reconstruction import Reconstruction
from qvim_studio.evaluation.sets import Query

PAGE = "index.html"
WORDS = "words"  # of the figures and the clips from words alone
MAX_SHOWN = 16
METHODS = {
    "ears": "ears",
    "ears_in_room": "ears, takes in a noisy room",
    "qvim": "QVIM encoder",
    "qvim_in_room": "QVIM encoder, takes in a noisy room",
    "2dft": "2DFT baseline",
    "mean_spectrum": "mean spectrum",
}
EVENT_ROWS = (
    ("onset_f1", "onsets within 40 ms, F1", "≥ 0.9"),
    ("flutter", "flutter (15 to 60 Hz), correlation", "≥ 0.7"),
    ("pauses", "share of the take's pauses that are pauses", "1"),
    ("pair_correlation", "log-spectra of two variations, correlation", "≤ 0.75"),
)
STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #e07a2f; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1080px; margin: 40px auto; padding: 0 24px }
h1 { font-size: 26px; margin: 0 } h2 { font-size: 19px; margin: 48px 0 4px }
p { max-width: 72ch } .soft { opacity: .7; margin: 0 0 16px }
table { border-collapse: collapse; margin: 12px 0 24px; font-variant-numeric: tabular-nums }
th, td { padding: 6px 18px 6px 0; text-align: right; border-bottom: 1px solid var(--line) }
th:first-child, td:first-child { text-align: left } th { font-weight: 600 }
.range { opacity: .6; font-size: 13px }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(330px, 1fr)); gap: 24px }
figure { margin: 0; padding: 12px; background: var(--soft); border-radius: 8px }
figure img { width: 100%; height: 120px; border-radius: 4px; display: block; margin-top: 8px }
audio { width: 100%; height: 32px; margin-top: 6px }
figcaption { font-weight: 600 } .label { font-size: 13px; opacity: .7; margin-top: 8px }
"""


def write_report(
    folder: Path,
    figures: dict[str, Any],
    made: dict[str, Sequence[MadeClip]],
    rebuilt: Sequence[Reconstruction],
) -> Path:
    """Write ``index.html``, ``figures.json`` and the media beside them; returns the page.

    made: clips by the name of their query set. Raises OutputError if the folder cannot be
    written.
    """
    check_output_folder(folder)
    media = folder / "media"
    media.mkdir(parents=True, exist_ok=True)
    sections = [_head(figures)]
    for name, one in figures["sets"].items():
        sections.append(_set_section(name, one))
        sections.append(_clip_grid(made.get(name, ()), media, f"{len(sections):02d}"))
    if WORDS in figures:
        sections.append(_words_section(figures[WORDS]))
        sections.append(_clip_grid(made.get(WORDS, ()), media, WORDS))
    if "adapter" in figures:
        sections.append(_adapter_section(figures["adapter"]))
    if "reconstruction" in figures:
        name = next(iter(figures["sets"]))
        sections.append(_reconstruction_section(figures["reconstruction"], rebuilt, name, media))
    page = folder / PAGE
    write_text_file(folder / "figures.json", json.dumps(figures, indent=1))
    write_text_file(page, report_document(sections))
    return page


def report_document(sections: Iterable[str]) -> str:
    """The HTML document of an evaluation."""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>QVIM Studio evaluation</title>'
        f"<style>{STYLE}</style><body>{''.join(sections)}</body></html>\n"
    )


def _head(figures: dict[str, Any]) -> str:
    facts = (
        f"{figures['title']}, revision {figures['revision']}, encoder {figures['encoder_id']}, "
        f"{figures['settings']}. {figures['date']}, {figures['machine']}."
    )
    return (
        f"<h1>How well does it follow a voice?</h1><p class=soft>{html.escape(facts)}</p>"
        "<p>MRR is the mean of 1 / rank of the first right answer: 1 is perfect. "
        "Brackets hold 95 % bootstrap intervals. Sets are reported apart: only “held-out, "
        "people”, “real mouths”, “real voices” (which imitate nothing else) and your own pairs "
        "were made by people.</p>"
        "<p>NDCG counts all right answers, the higher the better. Fréchet, KAD and KL are "
        "distances of the made clips from the references, the lower the better. Where the voice "
        "was exchanged for a foreign one (shuffled), nothing above chance is expected.</p>"
    )


def _set_section(name: str, one: dict[str, Any]) -> str:
    title = f"<h2>{html.escape(name)}</h2>"
    size = f"{one['queries']} imitations among {one['references']} references"
    text = f"{title}<p class=soft>{html.escape(one['origin'])}; {size}.</p>"
    rows = []
    for method, scores in one["retrieval"].items():
        item = scores.get("item_mrr")
        rows.append(
            (
                METHODS[method],
                _score(scores["class_mrr"]),
                _score(scores["class_ndcg"]),
                _score(item) if item else "–",
            )
        )
    chance = one["retrieval"]["qvim"]
    item = chance.get("item_mrr")
    rows.append(
        (
            "chance",
            f"{chance['class_mrr']['chance']:.3f}",
            f"{chance['class_ndcg']['chance']:.3f}",
            f"{item['chance']:.3f}" if item else "–",
        )
    )
    text += html_table(("imitation → reference", "class MRR", "class NDCG", "item MRR"), rows)
    return text + (_clip_tables(one["clips"]) if "clips" in one else "")


def _clip_tables(clips: dict[str, Any]) -> str:
    kind = [
        *(
            [("the real sounds they start from", _score(clips["class_mrr_starts"]), *[""] * 4)]
            if clips["class_mrr_starts"]
            else []
        ),
        (
            "as asked",
            _score(clips["class_mrr"]),
            _score(clips["class_mrr_second"]),
            *_distances(clips["distribution"]),
        ),
        (f"first of {clips['variations']} shown", _score(clips["class_mrr_first"]), *[""] * 4),
        *(
            [("with words beside the voice", _score(clips["class_mrr_worded"]), *[""] * 4)]
            if clips["class_mrr_worded"]
            else []
        ),
        (
            "voice shuffled",
            _score(clips["class_mrr_shuffled"]),
            _score(clips["class_mrr_second_shuffled"]),
            *_distances(clips["distribution_shuffled"]),
        ),
        ("chance", *[f"{clips['class_mrr']['chance']:.3f}"] * 2, "", "", ""),
    ]
    timing = [
        (
            title,
            _number(one["envelope_correlation"], 3),
            _number(one["onset_ms"], 0),
            _number(one["centroid_octaves"], 2),
            _number(one["pitch_cents"], 0),
        )
        for title, one in (
            ("--follow 1", clips["timing_tight"]),
            ("--follow 0", clips["timing_loose"]),
        )
    ]
    found = clips["events"]
    events = [(title, spread_cell(found[name]), wanted) for name, title, wanted in EVENT_ROWS]
    failures = ", ".join(f"{n} {name}" for name, n in clips["failed_gates"].items()) or "none"
    own = " (the model under test itself: flattering)" if clips["judge_is_own"] else ""
    facts = (
        f"{clips['clips']} clips; silent, clipped, DC or invalid: {failures}; identical seeds: "
        f"{clips['identical_seeds']}; diversity of seeds {_number(clips['seed_diversity'], 3)}; "
        f"{clips['seconds_per_clip']:.1f} s a clip. Judged by {clips['judge']}{own}."
    )
    return (
        html_table(
            (
                "made clip → reference",
                f"class MRR, {clips['judge']}",
                f"class MRR, {clips['second_judge']}",
                "Fréchet",
                "KAD × 1000",
                "KL",
            ),
            kind,
        )
        + html_table(
            (
                "following",
                "envelope correlation",
                "onsets, ms",
                "brightness off, oct",
                "pitch off, cents",
            ),
            timing,
        )
        + html_table(("events and variety, as asked", "mean over takes", "wanted"), events)
        + f"<p class=soft>{html.escape(facts)}</p>"
    )


def _clip_grid(made: Sequence[MadeClip], media: Path, prefix: str) -> str:
    figures = []
    for number, one in enumerate(made[:MAX_SHOWN]):
        stem = f"{prefix}-{number:02d}"
        parts = []
        if isinstance(one.query, Query):
            parts.append(media_block("imitation", one.query.clip, media, f"{stem}-take"))
        started = f", from {one.started_from[0]}" if one.started_from[0] else ""
        parts += [
            media_block(f"made{started}", clip, media, f"{stem}-made-{seed}")
            for seed, clip in enumerate(one.clips[:1])
        ]
        caption = html.escape(one.query.name)
        figures.append(f"<figure><figcaption>{caption}</figcaption>{''.join(parts)}</figure>")
    return f"<div class=grid>{''.join(figures)}</div>" if figures else ""


def _words_section(words: dict[str, Any]) -> str:
    rows = [
        (title, str(one["phrases"]), _score(one["class_mrr"]), f"{one['class_mrr']['chance']:.3f}")
        for title, one in (
            ("words → reference", words["retrieval"]),
            ("made clip → reference", words.get("clips")),
        )
        if one
    ]
    size = f"phrases as people type them, among {words['references']} references"
    return (
        f"<h2>words alone</h2><p class=soft>{size}.</p>"
        f"{html_table(('', 'phrases', 'class MRR', 'chance'), rows)}"
    )


def _adapter_section(adapter: dict[str, Any]) -> str:
    row = (
        "held-out imitations",
        f"{adapter['cosine']:.3f}",
        _score(adapter["item_mrr"]),
        f"{adapter['structure']:.3f}",
    )
    return "<h2>Adapter</h2>" + html_table(("", "cosine", "item MRR", "structure"), [row])


def _reconstruction_section(
    scores: dict[str, Any], rebuilt: Sequence[Reconstruction], name: str, media: Path
) -> str:
    """name: of the set whose references were rebuilt."""
    row = (
        html.escape(f"{scores['sounds']} references of “{name}”"),
        f"{scores['vae_db']:.2f}",
        f"{scores['total_db']:.2f}",
        _number(scores["harmonic_share"], 2),
    )
    header = ("active frames", "VAE, dB", "VAE + vocoder, dB", "tones that stay tones")
    figures = []
    for number, one in enumerate(rebuilt[:MAX_SHOWN]):
        parts = media_block("original", one.original, media, f"rebuilt-{number:02d}-a")
        parts += media_block("rebuilt", one.rebuilt, media, f"rebuilt-{number:02d}-b")
        figures.append(f"<figure><figcaption>{one.total_db:.1f} dB</figcaption>{parts}</figure>")
    grid = f"<div class=grid>{''.join(figures)}</div>"
    return f"<h2>Reconstruction</h2>{html_table(header, [row])}{grid}"


def media_block(label: str, clip: AudioClip, media: Path, stem: str) -> str:
    """Write the sound and its spectrogram into ``media``; the HTML of both. Raises OutputError."""
    write_wav(media / f"{stem}.wav", clip, "PCM_16")
    write_atomically(media / f"{stem}.png", lambda picture: save_spectrogram(clip, picture))
    return (
        f"<div class=label>{html.escape(label)}</div>"
        f'<img src="{media.name}/{stem}.png" alt="spectrogram" loading="lazy">'
        f'<audio controls preload="none" src="{media.name}/{stem}.wav"></audio>'
    )


def html_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """An HTML table. Titles are escaped, cells are not."""
    head = "".join(f"<th>{html.escape(title)}" for title in header)
    body = "".join("<tr>" + "".join(f"<td>{cell}" for cell in row) for row in rows)
    return f"<table><tr>{head}{body}</table>"


def _score(score: dict[str, Any]) -> str:
    interval = f"[{score['low']:.3f}, {score['high']:.3f}]"
    return f"{score['mean']:.3f} <span class=range>{interval}</span>"


def spread_cell(spread: dict[str, float] | None) -> str:
    """The cell of an events.Spread, given as a dict."""
    if spread is None:
        return "–"
    interval = f"[{spread['low']:.3f}, {spread['high']:.3f}]"
    takes = f"{spread['takes']} takes, median {spread['median']:.3f}"
    return f"{spread['mean']:.3f} <span class=range>{interval}, {takes}</span>"


def _distances(scores: dict[str, float | None]) -> tuple[str, str, str]:
    return (
        _number(scores["frechet_distance"], 3),
        _number(scores["kernel_distance"], 1),
        _number(scores["class_divergence"], 3),
    )


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"
