"""The grammar of ``qvim-studio tokens``: sounds as small text files."""

from __future__ import annotations

from typing import Any

from qvim_studio.commands import entries
from qvim_studio.commands.grammar.argument_types import path_argument
from qvim_studio.core.request import VramMode


def add_tokens(commands: Any) -> None:
    """Add the command and its actions."""
    parser = commands.add_parser("tokens", help="a sound as a small text file, and back")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    action = actions.add_parser("encode", help="write the tokens of a sound")
    action.add_argument("sound", type=path_argument, help="audio file; it is never changed")
    action.add_argument("-o", "--output", type=path_argument, required=True, metavar="TOKENS.json")
    action = actions.add_parser("decode", help="make the sound of a file of tokens")
    action.add_argument("tokens", type=path_argument, metavar="TOKENS.json")
    action.add_argument("--steps", type=int, metavar="N", help="denoising steps")
    action.add_argument("--guidance", type=float, metavar="G")
    action.add_argument("--seed", type=int, default=0)
    action.add_argument("-o", "--output", type=path_argument, required=True, metavar="OUT.wav")
    for action in actions.choices.values():
        action.add_argument(
            "--checkpoint", required=True, metavar="ID|DIR", help="such as a SemantiCodec"
        )
        modes = [mode.value for mode in VramMode]
        action.add_argument("--vram-mode", choices=modes, default="auto")
        action.add_argument("--json", action="store_true")
        action.set_defaults(run=entries.tokens)
