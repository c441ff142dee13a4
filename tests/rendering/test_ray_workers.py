"""A cluster: bounded orders, lost workers and nodes, and nothing told to anybody outside."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import psutil
import pytest
from fake_ray import FakeRay

from qvim_studio.core.errors import EngineError, UsageError
from qvim_studio.rendering.order import RenderOrder
from qvim_studio.rendering.ray_workers import (
    LOOPBACK_ONLY,
    MAX_FAILED_STARTS,
    ORDERS_EACH,
    START_LIMIT_S,
    RayConnection,
    RayWorkers,
    connect_to_ray,
    room_for_workers,
)
from qvim_studio.rendering.render_journal import JournalRow, RenderJournal
from qvim_studio.rendering.row_limits import RowLimits
from qvim_studio.rendering.row_request import usual_values
from qvim_studio.rendering.scheduling import RenderRun

FACTORY = "scripted_engine:make_engine"
GIB = 2**30


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[RenderJournal]:
    journal = RenderJournal(tmp_path)
    yield journal
    journal.close()


def plan(journal: RenderJournal, count: int, text: str = "rain") -> None:
    journal.plan([JournalRow(f"k{n:03d}", "", {"text": f"{text} {n}"}) for n in range(count)])


def read_order(row: JournalRow) -> RenderOrder:
    values = usual_values() | {"text": row.cells["text"], "duration_s": 0.2, "variations": 1}
    return RenderOrder(row.key, row.cells["text"], values, {})


def render_all(
    journal: RenderJournal,
    workers: RayWorkers,
    folder: Path,
    on_count: Callable[[int], None] = lambda count: None,
    retries: int = 1,
) -> list[str]:
    """The rows that ended, in order."""
    ended: list[str] = []

    def on_row(row: JournalRow, error: str) -> None:
        ended.append(row.cells["text"])
        on_count(len(ended))

    RenderRun(journal, workers, folder, read_order, retries, on_row).run()
    return ended


def check_every_row_was_made_once(journal: RenderJournal, folder: Path, count: int) -> None:
    rows = list(journal.rows())
    assert [row.state for row in rows] == ["done"] * count
    made = sorted(path.name for path in folder.glob("*.wav"))
    assert made == sorted(name for row in rows for name in row.files) and len(made) == count


def test_a_bounded_number_of_orders_is_out(journal: RenderJournal, tmp_path: Path) -> None:
    plan(journal, 7)
    ray = FakeRay()
    workers = RayWorkers(RayConnection(ray), FACTORY, 2, {"num_cpus": 1})
    assert not workers.has_room()  # until an actor is there
    render_all(journal, workers, tmp_path)
    workers.close()
    check_every_row_was_made_once(journal, tmp_path, 7)
    assert ray.options == {"num_cpus": 1} and ray.most_out == 2 * ORDERS_EACH
    assert ray.killed == ray.actors and ray.is_shut_down


def test_a_lost_node_costs_its_running_row_one_try(journal: RenderJournal, tmp_path: Path) -> None:
    plan(journal, 6)
    ray = FakeRay()
    workers = RayWorkers(RayConnection(ray), FACTORY, 2, {})

    def lose_a_node(ended: int) -> None:
        ray.actors[0].lost |= ended == 2

    ended = render_all(journal, workers, tmp_path, lose_a_node)
    check_every_row_was_made_once(journal, tmp_path, 6)
    assert sorted(ended) == sorted(f"rain {number}" for number in range(6))
    assert sorted(row.tries for row in journal.rows()) == [1, 1, 1, 1, 1, 2]
    assert len(ray.actors) == 3  # one more stands in for it
    assert ray.killed == ray.actors[:1]  # the node may come back


def test_an_answer_that_is_lost_is_made_again(journal: RenderJournal, tmp_path: Path) -> None:
    plan(journal, 2)
    ray = FakeRay()
    ray.lose_answers = 1
    render_all(journal, RayWorkers(RayConnection(ray), FACTORY, 1, {}), tmp_path)
    check_every_row_was_made_once(journal, tmp_path, 2)
    assert sorted(row.tries for row in journal.rows()) == [1, 2] and len(ray.actors) == 1


def test_an_actor_that_hangs_is_replaced_and_its_row_is_tried_once_more(
    journal: RenderJournal, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plan(journal, 6)
    ray, now_s = FakeRay(), [0.0]
    limits = RowLimits(first_least_s=1.0, learned_least_s=1.0)
    workers = RayWorkers(RayConnection(ray), FACTORY, 2, {}, limits, lambda: now_s[0])

    def hang(ended: int) -> None:
        ray.actors[0].hangs |= ended == 2
        now_s[0] += 1e5 * (ended == 4)

    ended = render_all(journal, workers, tmp_path, hang, retries=5)
    check_every_row_was_made_once(journal, tmp_path, 6)
    assert sorted(ended) == sorted(f"rain {number}" for number in range(6))
    assert sorted(row.tries for row in journal.rows()) == [1, 1, 1, 1, 1, 2]
    assert ray.killed == ray.actors[:1] and len(ray.actors) == 3


def test_workers_that_do_not_start_end_the_run_with_a_sentence(
    journal: RenderJournal, tmp_path: Path
) -> None:
    plan(journal, 1)
    ray = FakeRay()
    ray.lose_starts = MAX_FAILED_STARTS - 1
    render_all(journal, RayWorkers(RayConnection(ray), FACTORY, 1, {}), tmp_path)
    check_every_row_was_made_once(journal, tmp_path, 1)
    plan(journal, 2)
    ray.lose_starts = MAX_FAILED_STARTS
    with pytest.raises(EngineError, match="same version of QVIM Studio on every node"):
        render_all(journal, RayWorkers(RayConnection(ray), FACTORY, 1, {}), tmp_path)
    assert journal.counts().waiting == 1


def test_a_lost_cluster_ends_the_run_with_a_sentence(
    journal: RenderJournal, tmp_path: Path
) -> None:
    plan(journal, 3)
    ray = FakeRay()
    workers = RayWorkers(RayConnection(ray), FACTORY, 1, {})

    def lose_the_head(ended: int) -> None:
        ray.is_head_lost = True

    with pytest.raises(EngineError, match="run the same command again"):
        render_all(journal, workers, tmp_path, lose_the_head)
    assert (journal.counts().done, journal.counts().waiting) == (1, 2)
    workers.close()  # though nothing answers
    assert ray.is_shut_down


def test_a_cluster_without_room_is_not_waited_for_forever(
    journal: RenderJournal, tmp_path: Path
) -> None:
    plan(journal, 1)
    ray = FakeRay()
    ray.is_full = True
    now = iter(range(0, 10**6, 100))
    workers = RayWorkers(RayConnection(ray), FACTORY, 1, {}, clock=lambda: float(next(now)))
    with pytest.raises(EngineError, match=f"no worker within {START_LIMIT_S / 60:.0f} minutes"):
        render_all(journal, workers, tmp_path)


@pytest.mark.parametrize(
    ("resources", "count"),
    [
        ({"CPU": 96.0, "memory": 64.0 * GIB}, 32),
        ({"CPU": 8.0, "memory": 64.0 * GIB}, 8),
        ({"CPU": 96.0, "GPU": 8.0, "memory": 64.0 * GIB}, 8),
        ({"CPU": 4.0, "memory": 1.0 * GIB}, 1),
    ],
)
def test_the_cluster_says_how_many_workers_it_has_room_for(
    resources: dict[str, float], count: int
) -> None:
    assert room_for_workers(resources, 2 * GIB) == count


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What is imported as ray; asked: how it was started."""
    module = ModuleType("ray")
    reported = SimpleNamespace(asked={}, error=None)

    def init(**asked: Any) -> None:
        reported.asked = asked
        reported.usage = os.environ.get("RAY_USAGE_STATS_ENABLED")
        reported.cluster = os.environ.get("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER")
        reported.proxy = os.environ.get("http_proxy")
        reported.token = os.environ.get("RAY_AUTH_TOKEN", "")
        if reported.error is not None:
            raise reported.error

    module.init = init  # type: ignore[attr-defined]
    module.shutdown = lambda: None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ray", module)
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "1")
    return reported


def test_a_local_cluster_reports_to_nobody_and_serves_nobody_else(
    stand_in: SimpleNamespace,
) -> None:
    cluster = connect_to_ray("local", 3)
    asked = stand_in.asked
    assert stand_in.usage == "0" and asked["include_dashboard"] is False
    assert asked["_node_ip_address"] == "127.0.0.1" and len(stand_in.token) == 64
    assert (stand_in.cluster, stand_in.proxy) == ("0", "http://127.0.0.1:9")
    assert not {"RAY_AUTH_TOKEN", "http_proxy"} & os.environ.keys()
    assert asked["num_cpus"] == 3 and Path(asked["_temp_dir"]).is_dir()
    cluster.close()
    assert not Path(asked["_temp_dir"]).exists()


def test_a_cluster_that_is_there_keeps_its_own_settings(stand_in: SimpleNamespace) -> None:
    cluster = connect_to_ray("10.0.0.1:6379", 3)
    assert (stand_in.asked["address"], stand_in.token) == ("10.0.0.1:6379", "")
    assert "num_cpus" not in stand_in.asked and cluster.folder is None
    assert stand_in.cluster is stand_in.proxy is None


@pytest.mark.parametrize(
    ("error", "raised", "words"),
    [
        (OSError("no sockets"), EngineError, r"on this machine \(no sockets\)"),
        (KeyboardInterrupt(), KeyboardInterrupt, "^$"),
    ],
)
def test_a_local_cluster_that_does_not_start_leaves_no_folder(
    error: BaseException, raised: type[BaseException], words: str, stand_in: SimpleNamespace
) -> None:
    stand_in.error = error
    with pytest.raises(raised, match=words):
        connect_to_ray("local", 1)
    assert not Path(stand_in.asked["_temp_dir"]).exists()


def test_a_cluster_that_does_not_answer_ends_with_a_sentence(
    stand_in: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in.error = ConnectionError("refused")
    with pytest.raises(EngineError, match=r"No Ray cluster answers at '10\.0\.0\.1:6379'"):
        connect_to_ray("10.0.0.1:6379", 0)
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match="needs the package ray"):
        connect_to_ray("local", 1)


NODE_IP = "127.0.0.2"  # of loopback; Ray takes 127.0.0.1 for the machine's address in a network


def start_node(folder: Path, *where: str) -> None:
    """A node of a cluster on loopback, with one processor and its files in a folder."""
    command = [sys.executable, "-m", "ray.scripts.scripts", "start", *where, "--num-cpus", "1"]
    command += ["--node-ip-address", NODE_IP, "--object-store-memory", str(100 * 2**20)]
    command += ["--disable-usage-stats", "--temp-dir", str(folder)]
    subprocess.run(command, check=True, capture_output=True, timeout=90)


def processes_of(folder: Path) -> list[psutil.Process]:
    """What was started with a folder in its arguments."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if any(str(folder) in argument for argument in process.cmdline()):
                found.append(process)
    return found


@pytest.fixture
def two_nodes(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Path]]:
    """The address of a cluster of two nodes, each with one processor, and the folder of its files;
    sockets in it may have 107 characters."""
    pytest.importorskip("ray")
    support = str(Path(__file__).parents[1] / "support")  # where workers find the engine
    path = os.pathsep.join(filter(None, (support, os.environ.get("PYTHONPATH"))))
    own = {**LOOPBACK_ONLY, "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "1", "PYTHONPATH": path}
    own["no_proxy"] += f",{NODE_IP}"
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    with socket.create_server((NODE_IP, 0)) as free:
        address = f"{NODE_IP}:{free.getsockname()[1]}"
    folder = Path(tempfile.mkdtemp(prefix="qvim-"))
    try:
        port = address.partition(":")[2]
        head = ("--head", "--port", port, "--include-dashboard", "false")
        start_node(folder, *head)
        start_node(folder, "--address", address)
        yield address, folder
    finally:
        for process in processes_of(folder):
            with contextlib.suppress(psutil.Error):
                process.kill()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow  # starts a cluster of two nodes and kills one of them: 25 s
@pytest.mark.filterwarnings("ignore")  # of Ray's own modules and subprocesses
def test_a_cluster_makes_every_clip_once_though_a_node_is_killed(
    journal: RenderJournal, tmp_path: Path, two_nodes: tuple[str, Path]
) -> None:
    address, folder = two_nodes
    plan(journal, 40, "deaf 0.2")  # long enough for the cluster to notice
    cluster = connect_to_ray(address, 0)
    ray = cluster.ray
    own = ray.get_runtime_context().get_node_id()
    (other,) = [node for node in ray.nodes() if node["NodeID"] != own]
    workers = RayWorkers(cluster, FACTORY, 2, {"num_cpus": 1})
    killed: list[int] = []

    def kill_the_other(ended: int) -> None:
        if ended == 30:
            (raylet,) = [
                process
                for process in processes_of(folder)
                if process.name() == "raylet"
                and other["RayletSocketName"] in str(process.cmdline())
            ]
            for process in (raylet, *raylet.children(recursive=True)):
                process.kill()
                killed.append(process.pid)

    try:
        ended = render_all(journal, workers, tmp_path, kill_the_other)
    finally:
        workers.close()
    assert killed and len(ended) == len(set(ended)) == 40
    assert sorted(row.tries for row in journal.rows())[-2:] == [1, 2]  # one row was under way
    check_every_row_was_made_once(journal, tmp_path, 40)


@pytest.mark.slow  # starts Ray, two workers and a third after one is killed: 30 s
@pytest.mark.filterwarnings("ignore")  # of Ray's own modules and subprocesses
def test_a_cluster_makes_every_clip_once_though_a_worker_is_killed(
    journal: RenderJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ray")
    support = str(Path(__file__).parents[1] / "support")  # where workers find the engine
    path = os.pathsep.join(filter(None, (support, os.environ.get("PYTHONPATH"))))
    monkeypatch.setenv("PYTHONPATH", path)
    plan(journal, 200)
    killed: list[int] = []

    def kill_one(ended: int) -> None:
        if ended == 60:
            worker = next(
                each
                for each in psutil.Process().children(recursive=True)
                if "RenderActor" in " ".join(each.cmdline())
            )
            os.kill(worker.pid, signal.SIGKILL)
            killed.append(worker.pid)

    cluster = connect_to_ray("local", 2)
    workers = RayWorkers(cluster, FACTORY, 2, {"num_cpus": 1})
    try:
        ended = render_all(journal, workers, tmp_path, kill_one)
    finally:
        workers.close()
    assert killed and len(ended) == len(set(ended)) == 200
    check_every_row_was_made_once(journal, tmp_path, 200)
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
    assert cluster.folder is not None and not Path(cluster.folder).exists()
