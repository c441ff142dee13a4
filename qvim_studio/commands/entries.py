"""One function for each command: what it needs is imported when it runs, for nothing heavy may be
imported to read the arguments."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from qvim_studio.core.errors import StudioError


def has_display() -> bool:
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if platform:
        return platform.partition(":")[0] not in ("offscreen", "minimal", "vnc")
    is_desktop = sys.platform in ("win32", "darwin")
    return is_desktop or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def studio(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio import app

    status = app.main([str(options.imitation)] if options.imitation else [])
    if status:
        raise StudioError(f"The studio window ended with status {status}.")
    return {}


def generate(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.commands.generate import generate

    return generate(options)


def render(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.commands.render import render

    return render(options)


def restyle(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.commands.editing import restyle

    return restyle(options)


def morph(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.commands.editing import morph

    return morph(options)


def edit(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.commands.editing import edit

    return edit(options)


def embed(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.commands.generate import embed

    return embed(options)


def search(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.commands.generate import search

    return search(options)


def upscale(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.commands import upscale as command

    return command.upscale(options)


def tokens(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.commands import tokens as command

    return {"encode": command.encode, "decode": command.decode}[options.action](options)


def list_checkpoints(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.commands.checkpoint_list import list_known_checkpoints

    return list_known_checkpoints(options)


def verify_checkpoint(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.commands.checkpoint_list import verify

    return verify(options)


def store_checkpoint(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.commands import checkpoints as checkpoint_commands

    return checkpoint_commands.COMMANDS[options.action](options)


def keep_encoders(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.commands import encoders

    return encoders.COMMANDS[options.action](options)


def keep_loras(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.commands import loras

    return loras.COMMANDS[options.action](options)


def build_data(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.commands.training.parts import build_data

    def say(lines: list[str]) -> None:
        if not options.json:
            print("\n".join(lines))

    result = build_data(options, say)
    say(result["summary"])
    return result


def build_pairs(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.commands.training.music_data import build_pairs

    result = build_pairs(options)
    if not options.json:
        print("\n".join(result["summary"]))
    return result


def train(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.assembly import index_bundled_sounds
    from qvim_studio.commands.training.parts import train
    from qvim_studio.evaluation.command import read_summary
    from qvim_studio.export.ucs.categories import best_category

    lines = read_summary(options.evaluation) if options.evaluation else []
    result = train(options, lines, lambda words: best_category(words).cat_id)
    if options.part in ("library", "starter", "all"):
        result["indexed_sounds"] = index_bundled_sounds()
    return result


def evaluate(options: argparse.Namespace) -> dict[str, Any]:
    if options.what is not None:
        return _evaluate_music(options)
    if options.aes is not None:
        return _evaluate_aes(options)
    from qvim_studio.assembly import make_plain_engine
    from qvim_studio.evaluation.command import evaluate, summary

    engine = make_plain_engine()
    try:
        figures = evaluate(options, engine)
    finally:
        engine.close()
    if not options.json:
        print(summary(figures))
        if options.report is not None:
            print(f"page: {figures['report']}")
    return figures


def _evaluate_aes(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.commands.aes_evaluation import evaluate_aes
    from qvim_studio.evaluation.aes import aes_summary

    figures = evaluate_aes(options)
    if not options.json:
        print(aes_summary(figures))
    return figures


def _evaluate_music(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.commands.music_evaluation import evaluate_music_command
    from qvim_studio.evaluation.music_report import music_summary

    figures = evaluate_music_command(options)
    if not options.json:
        print(music_summary(figures))
    return figures


def serve(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.commands.automation import serve

    return serve(options)


def mcp(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.commands.automation import mcp

    return mcp(options)


def pack(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.commands.export import pack

    return pack(options)


def kit(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.assembly import make_plain_engine
    from qvim_studio.commands.export import kit

    return kit(options, make_plain_engine)


def bench_export(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.bench.export import bench_export

    return bench_export(options)


def bench_ui(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.bench.command import bench_ui

    return bench_ui(options)


def bench_library(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.bench.command import bench_library

    return bench_library(options)


def bench_memory(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.bench.memory import bench_memory

    return bench_memory(options)


def bench_generate(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.bench.generate import bench_generate

    return bench_generate(options)


def bench_render(options: argparse.Namespace) -> dict[str, Any]:
    from qvim_studio.bench.render import bench_render

    return bench_render(options)
