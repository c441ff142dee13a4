"""The grammar of ``qvim-studio encoders``: what hears voices, brought by the user."""

from __future__ import annotations

from typing import Any

from qvim_studio.commands import entries
from qvim_studio.commands.grammar.argument_types import add_import_options, path_argument


def add_encoders(commands: Any) -> None:
    """Add the command and its actions."""
    parser = commands.add_parser("encoders", help="QVIM encoders of your own")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="what was imported, and its space of embeddings")
    action = actions.add_parser("import", help="store an encoder as safetensors")
    what = "EfficientAT mn10, QBV or QVIM weights; nothing in them is run"
    action.add_argument("source", type=path_argument, metavar="FILE", help=what)
    add_import_options(action)
    action = actions.add_parser("remove", help="delete an imported encoder")
    action.add_argument("encoder", metavar="ID")
    for action in actions.choices.values():
        action.add_argument("--json", action="store_true")
        action.set_defaults(run=entries.keep_encoders)
