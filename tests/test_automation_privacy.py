"""What serves other programs and renders many takes reaches nothing but this machine's loopback."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import watched_automation
from watched import ROOT, SITE, Watched, run_watched

SUPPORT = Path(watched_automation.__file__).parent
SESSION = """
import sys
sys.path.insert(0, sys.argv[1])
import watched_automation
sys.exit(watched_automation.main(is_ray=bool(sys.argv[2:])))
"""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> tuple[Watched, Path]:
    folder = tmp_path_factory.mktemp("automation")
    return run_watched(SESSION, folder, str(SUPPORT), has_loopback=True), folder


def test_a_render_an_assistant_and_the_service_reach_loopback_alone(
    session: tuple[Watched, Path],
) -> None:
    watched, folder = session
    assert watched.status == 0, watched.errors
    assert len(list((folder / "made").glob("*.wav"))) == 4
    assert watched.findings.network  # of the service and its client
    assert watched.findings.beyond_loopback == []


def test_a_render_an_assistant_and_the_service_write_only_into_our_own_folders(
    session: tuple[Watched, Path],
) -> None:
    watched, folder = session
    assert strange_files(watched, folder) == []


def strange_files(watched: Watched, folder: Path) -> list[Path]:
    """What was written elsewhere than where it was asked for and into our own folders."""
    home = folder / "home"
    ours = [home / place / "qvim-studio" for place in (".cache", ".config", ".local/share")]
    ours += [home / ".local/state/qvim-studio", folder / "made", folder / "list.csv"]
    return watched.findings.outside(*ours, folder / "tmp")


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """For Ray's sockets, whose whole names may have 107 characters."""
    with tempfile.TemporaryDirectory(prefix="qvim-") as folder:
        yield Path(folder)


@pytest.mark.slow  # strace follows the processes of a cluster: 15 s
def test_a_local_cluster_reaches_loopback_alone_and_leaves_no_file(
    short_folder: Path,
) -> None:
    pytest.importorskip("ray")
    path = os.pathsep.join([str(SITE), str(ROOT), str(SUPPORT)])  # its workers find the engine
    more = {"PYTHONPATH": path}
    watched = run_watched(SESSION, short_folder, str(SUPPORT), "ray", more=more, has_loopback=True)
    assert watched.status == 0, watched.errors
    assert len(list((short_folder / "made").glob("*.wav"))) == 2
    assert watched.findings.network
    assert watched.findings.beyond_loopback == []
    assert strange_files(watched, short_folder) == []
    assert not list((short_folder / "tmp").rglob("*"))
