"""A name of a file is taken as it was pasted, and an empty one is none."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from qvim_studio.commands.grammar.argument_types import add_import_options, path_argument


def test_a_pasted_name_loses_its_quotes_and_what_cannot_be_seen() -> None:
    assert path_argument('"dog bark.wav" ') == Path("dog bark.wav")
    assert path_argument("\u202adog.wav") == Path("dog.wav")


@pytest.mark.parametrize("text", ["", " ", "\u202a"])
def test_nothing_is_not_the_folder_at_hand(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="got an empty name"):
        path_argument(text)


def test_an_import_reads_no_pickle_unless_that_is_allowed() -> None:
    parser = argparse.ArgumentParser()
    add_import_options(parser)
    usual = parser.parse_args([])
    assert (usual.name, usual.licence, usual.allow_pickle) == ("", "unknown", False)
    assert parser.parse_args(["--allow-pickle"]).allow_pickle
