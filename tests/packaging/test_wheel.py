"""What the wheel carries and says of itself; a slow test builds, installs and removes it."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from qvim_studio import __version__

ROOT = Path(__file__).parent.parent.parent
# Pictures of the README, which the program never reads.
LEFT_OUT = {"screenshots"}
MAX_BYTES = runpy.run_path(str(ROOT / "packaging/release.py"))["MAX_WHEEL_BYTES"]


@pytest.fixture(scope="module")
def builder() -> WheelBuilder:
    return WheelBuilder(str(ROOT))


@pytest.fixture(scope="module")
def carried(builder: WheelBuilder) -> dict[str, Path]:
    """Every file of the wheel by its place in it, but the metadata."""
    return {
        file.distribution_path.replace(os.sep, "/"): Path(file.path)
        for file in builder.recurse_included_files()
    }


def test_wheel_carries_every_resource_but_the_pictures_of_the_readme(
    builder: WheelBuilder, carried: dict[str, Path]
) -> None:
    there = {path.name for path in (ROOT / "resources").iterdir()} - LEFT_OUT
    prefix = "qvim_studio/resources/"
    assert there == {
        path.removeprefix(prefix).split("/")[0] for path in carried if path.startswith(prefix)
    }


def test_wheel_holds_the_package_alone_and_is_small(carried: dict[str, Path]) -> None:
    assert {path.split("/")[0] for path in carried} == {"qvim_studio"}
    assert not [path for path in carried if "__pycache__" in path or path.endswith(".pyc")]
    assert sum(path.stat().st_size for path in carried.values()) < MAX_BYTES


def test_wheel_says_that_it_is_typed(builder: WheelBuilder, carried: dict[str, Path]) -> None:
    assert "qvim_studio/py.typed" in carried
    assert "Typing :: Typed" in builder.metadata.core.classifiers


def test_wheel_says_what_it_is(builder: WheelBuilder) -> None:
    core = builder.metadata.core
    assert (core.name, builder.metadata.version) == ("qvim-studio", __version__)
    assert core.license_expression == "Apache-2.0" and core.urls == {}
    assert core.scripts == {"qvim-studio": "qvim_studio.commands.cli:main"}
    assert set(core.optional_dependencies) >= {
        "dev",
        "mcp",
        "music",
        "ray",
        "serve",
        "test",
        "train",
    }


def test_classifiers_name_the_pythons_that_bootstrap_accepts(builder: WheelBuilder) -> None:
    named = {c for c in builder.metadata.core.classifiers if "Python :: 3." in c}
    assert named == {f"Programming Language :: Python :: 3.{minor}" for minor in range(10, 14)}
    assert builder.metadata.core.requires_python == ">=3.10"


@pytest.mark.slow  # 13 s: builds the wheel, installs it outside the repository, makes a sound
def test_wheel_installs_makes_a_sound_and_leaves_nothing(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "-o", str(tmp_path)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.stat().st_size < MAX_BYTES
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    scripts = venv / ("Scripts" if os.name == "nt" else "bin")
    python = str(scripts / "python")
    site = sysconfig.get_path("purelib", vars={"base": str(venv), "platbase": str(venv)})
    # What the wheel needs is here already; the editable installation of this repository is not.
    libraries = Path(site) / "libraries.pth"
    libraries.write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    before = files_below(venv)
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    install = [*pip, "install", "--no-deps", "--no-compile", "--force-reinstall", str(wheel)]
    subprocess.run(install, check=True, cwd=tmp_path, env=clean)
    where = "import qvim_studio; print(qvim_studio.__file__)"
    found = subprocess.check_output([python, "-c", where], cwd=tmp_path, env=clean, text=True)
    assert Path(found.strip()).is_relative_to(venv)
    command = [str(scripts / "qvim-studio"), "generate", "--text", "rain", "--json"]
    options = ["--variations", "1", "--duration", "1", "--steps", "2", "-o", "made"]
    bare = {**clean, "PYTHONDONTWRITEBYTECODE": "1"}
    made = subprocess.check_output([*command, *options], cwd=tmp_path, env=bare, text=True)
    (sound,) = json.loads(made)["clips"]
    assert (tmp_path / sound["path"]).stat().st_size > 44_100
    subprocess.run([*pip, "uninstall", "-y", "qvim-studio"], check=True, cwd=tmp_path, env=clean)
    assert files_below(venv) == before


def files_below(folder: Path) -> set[Path]:
    """Every file but what Python compiles for itself."""
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path for path in files if "__pycache__" not in path.parts}
