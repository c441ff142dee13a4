"""What the wheel carries, from pyproject.toml; nothing is built."""

from __future__ import annotations

import sys
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
# Pictures of the README, which the program never reads.
LEFT_OUT = {"screenshots"}


def test_wheel_carries_every_resource_but_the_pictures_of_the_readme() -> None:
    carried = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    there = {path.name for path in (ROOT / "resources").iterdir()} - LEFT_OUT
    assert carried == {f"resources/{name}": f"qvim_studio/resources/{name}" for name in there}


def test_wheel_says_that_it_is_typed() -> None:
    assert (ROOT / "qvim_studio" / "py.typed").is_file()
    assert "Typing :: Typed" in PROJECT["project"]["classifiers"]


def test_classifiers_name_the_pythons_that_bootstrap_accepts() -> None:
    named = {c for c in PROJECT["project"]["classifiers"] if "Python :: 3." in c}
    assert named == {f"Programming Language :: Python :: 3.{minor}" for minor in range(10, 14)}
    assert PROJECT["project"]["requires-python"] == ">=3.10"
