"""The grammar of ``bench``: what is measured, and with how much."""

from __future__ import annotations

from typing import Any

from qvim_studio.commands import entries
from qvim_studio.commands.grammar.argument_types import path_argument
from qvim_studio.core.request import VramMode


def add_bench(commands: Any) -> None:
    """Add ``bench`` and its kinds. commands: the subparsers of the program."""
    parser = commands.add_parser("bench", help="measure the studio")
    kinds = parser.add_subparsers(dest="kind", metavar="KIND", required=True)
    export = kinds.add_parser("export", help="a sample pack against plain writes of its audio")
    export.add_argument("--clips", type=int, default=500, metavar="N")
    export.add_argument("--seconds", type=float, default=3.0, help="of each clip")
    export.add_argument("--json", action="store_true")
    export.set_defaults(run=entries.bench_export)
    window = kinds.add_parser("ui", help="the window, its history and its event loop")
    window.add_argument("--clips", type=int, default=10_000, metavar="N", help="in the history")
    window.add_argument("--quick", action="store_true", help="one start; generate nothing")
    window.add_argument("--json", action="store_true")
    window.set_defaults(run=entries.bench_ui)
    library = kinds.add_parser("library", help="finding among many sounds")
    library.add_argument("--sounds", type=int, default=100_000, metavar="N")
    library.add_argument("--json", action="store_true")
    library.set_defaults(run=entries.bench_library)
    memory = kinds.add_parser("memory", help="peak memory and output error of every mode")
    memory.add_argument("--checkpoint", default="starter", metavar="ID|DIR")
    memory.add_argument("--seconds", type=float, default=5.0, metavar="SEC", help="of audio")
    memory.add_argument("--variations", type=int, default=4, metavar="N")
    memory.add_argument("--no-error", action="store_true", help="compute nothing, estimate only")
    memory.add_argument("--json", action="store_true")
    memory.set_defaults(run=entries.bench_memory)
    render = kinds.add_parser("render", help="many takes by several workers against one")
    what = "a list or folder of takes; default: the bundled examples"
    render.add_argument("source", nargs="?", type=path_argument, help=what)
    render.add_argument("--workers", type=int, default=2, metavar="N", help="on as many cores")
    render.add_argument("--rounds", type=int, default=2, metavar="N", help="of each in turn")
    render.add_argument("--variations", type=int, default=8, metavar="N", help="of each take")
    render.add_argument("--checkpoint", default="starter", metavar="ID|DIR")
    render.add_argument("--json", action="store_true")
    render.set_defaults(run=entries.bench_render)
    making = kinds.add_parser("generate", help="speed, memory and error of making a clip of 5 s")
    making.add_argument(
        "--checkpoint", type=path_argument, metavar="DIR", help="default: random weights"
    )
    making.add_argument("--size", choices=["s", "m", "l"], default="s", help="of random weights")
    making.add_argument("--rounds", type=int, default=2, metavar="N", help="clips of each in turn")
    busy = "of both, beside so many other programs that want a core each"
    making.add_argument("--busy", type=int, default=0, metavar="N", help=busy)
    making.add_argument("--steps", type=int, default=10, metavar="N", help="of both")
    making.add_argument("--seconds", type=float, default=5.0, metavar="SEC", help="of audio")
    modes = [mode.value for mode in VramMode if mode is not VramMode.AUTO]
    making.add_argument("--vram-mode", choices=modes, default="cpu", help="else both on the GPU")
    making.add_argument("--cap-gib", type=float, metavar="G", help="of the GPU for the studio")
    making.add_argument("--no-error", action="store_true", help="leave the trained weights out")
    making.add_argument("--json", action="store_true")
    making.set_defaults(run=entries.bench_generate)
