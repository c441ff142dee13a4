"""Nothing leaves the machine: a whole session, in an empty home, without a network and watched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
import sound_server
import soundfile
from packaging.utils import canonicalize_name
from sound_server import SoundServer
from watched import Watched, can_trace, run_watched

from qvim_studio.core.program.libraries import list_libraries
from qvim_studio.core.program.privacy import SWITCHES

SUPPORT = Path(sound_server.__file__).parent
# Microphones are looked for; a take is made into a sound, searched for in a folder, packed and
# evaluated, all in one process.
SESSION = r"""
import glob, json, shutil, sys
from pathlib import Path

from qvim_studio.audio.devices.portaudio import PortAudioBackend
from qvim_studio.commands.cli import main
from qvim_studio.core.program.resources import resource_path

def run(*arguments):
    status = main([*arguments, "--json"])
    assert status == 0, arguments

PortAudioBackend().input_devices()
sounds = Path("sounds")
sounds.mkdir()
for name in ("animal_03_dog.ogg", "animal_07_owl.ogg"):
    shutil.copy(resource_path("library", name), sounds)
take = str(sounds / "animal_03_dog.ogg")
run("generate", take, "--steps", "1", "--variations", "1", "--duration", "1", "-o", "made")
Path("made_with.json").write_text(json.dumps(sorted(sys.modules)), encoding="utf-8")
run("search", take, "--folder", "sounds", "--text", "dog")
run("pack", *glob.glob("made/*.wav"), "--name", "P", "--creator", "C", "--source", "S",
    "-o", "packs")
rows = [f"{(sounds / name).resolve()},{Path(take).resolve()},dog"
        for name in ("animal_03_dog.ogg", "animal_07_owl.ogg")]
Path("pairs.csv").write_text("\n".join(["reference,imitation,label", *rows]), encoding="utf-8")
run("evaluate", "--pairs", "pairs.csv", "--clips", "0")
modules = {name.partition(".")[0] for name in sys.modules}
Path("modules.json").write_text(json.dumps(sorted(modules)), encoding="utf-8")
"""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> tuple[Watched, Path]:
    folder = tmp_path_factory.mktemp("session")
    return run_watched(SESSION, folder), folder


def test_a_whole_session_connects_to_nothing_and_looks_nothing_up(
    session: tuple[Watched, Path],
) -> None:
    watched, _ = session
    assert watched.status == 0, watched.errors
    assert watched.findings.network == ()


def test_a_whole_session_writes_only_into_our_own_folders(session: tuple[Watched, Path]) -> None:
    watched, folder = session
    home, temporary = folder / "home", folder / "tmp"
    ours = [home / place / "qvim-studio" for place in (".cache", ".config", ".local/share")]
    ours += [home / ".local/state/qvim-studio"]
    sound_system = [home / ".config/pulse", folder / "run"]  # PortAudio asks for microphones
    names = ("made", "sounds", "packs", "pairs.csv", "modules.json", "made_with.json")
    asked_for = [folder / name for name in names]
    assert watched.findings.outside(*ours, *asked_for, *sound_system, temporary) == []
    left = [path for path in (*home.rglob("*"), *temporary.rglob("*")) if path.is_file()]
    assert [p for p in left if not any(map(p.is_relative_to, [*ours, *sound_system]))] == []


def test_a_whole_session_loads_no_runtime_that_reports_home(session: tuple[Watched, Path]) -> None:
    _, folder = session
    loaded = (folder / "modules.json").read_text(encoding="utf-8")
    assert '"torch"' in loaded
    assert '"onnxruntime"' not in loaded


def test_about_lists_every_library_that_a_session_loads(session: tuple[Watched, Path]) -> None:
    _, folder = session
    loaded = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    packages = metadata.packages_distributions()
    behind = {canonicalize_name(name) for module in loaded for name in packages.get(module, ())}
    listed = {canonicalize_name(library.name) for library in list_libraries()}
    assert {"torch", "tokenizers", "soxr"} < behind
    assert behind - listed - {"qvim-studio"} == set()


def test_nothing_that_is_installed_with_the_program_exports_traces() -> None:
    """The package of the assistants' protocol names its spans to an interface of OpenTelemetry,
    which does nothing without an SDK and an exporter."""
    pins = (Path(__file__).parent.parent / "constraints.txt").read_text(encoding="utf-8")
    traced = {line.partition("==")[0] for line in pins.splitlines() if "opentelemetry" in line}
    assert traced == {"opentelemetry-api"} and SWITCHES["OTEL_SDK_DISABLED"] == "true"


WINDOW = """
import sys
sys.path.insert(0, sys.argv[1])
import watched_window
sys.exit(watched_window.main(sys.argv[2], is_opened_only=bool(sys.argv[3:])))
"""


def test_the_window_opens_and_closes_and_connects_to_nothing(tmp_path: Path) -> None:
    watched = run_watched(WINDOW, tmp_path, str(SUPPORT), "", "opened only")
    assert watched.status == 0, watched.errors
    assert watched.findings.network == ()
    assert strange_files(watched, tmp_path) == []


def strange_files(watched: Watched, folder: Path) -> list[Path]:
    """What the window wrote elsewhere than into our own folders."""
    home = folder / "home"
    ours = [home / place / "qvim-studio" for place in (".cache", ".config", ".local/share")]
    ours += [home / ".local/state/qvim-studio", home / "Music/QVIM Studio"]
    systems = [home / ".config/pulse", home / ".cache/fontconfig"]
    return watched.findings.outside(*ours, *systems, folder / "run", folder / "tmp")


@dataclass(frozen=True)
class WindowSession:
    watched: Watched
    folder: Path

    @property
    def takes(self) -> list[Path]:
        return sorted((self.folder / "home/.local/share/qvim-studio/takes").glob("*.wav"))

    @property
    def made(self) -> list[Path]:
        return sorted((self.folder / "home/Music/QVIM Studio").glob("*_01.wav"))


@pytest.fixture(scope="module")
def window_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WindowSession]:
    """The window itself: it records, hears and makes in its children, and quits."""
    folder = tmp_path_factory.mktemp("window")
    if not sound_server.is_available():
        yield WindowSession(run_watched(WINDOW, folder, str(SUPPORT), ""), folder)
        return
    server = SoundServer(tmp_path_factory.mktemp("sound"))
    server.whistle()
    try:
        watched = run_watched(WINDOW, folder, str(SUPPORT), "qvim_mic", more=server.environment)
        yield WindowSession(watched, folder)
    finally:
        server.stop()


@pytest.mark.slow  # three processes import torch while strace follows them: 35 s
def test_the_window_records_and_makes_a_sound_and_connects_to_nothing(
    window_session: WindowSession,
) -> None:
    watched = window_session.watched
    assert watched.status == 0, watched.errors
    (take,) = window_session.takes
    assert np.abs(soundfile.read(take)[0]).max() > 0.1
    assert window_session.made
    assert watched.findings.network == ()


@pytest.mark.slow  # shares the session of the test above
def test_the_window_writes_only_into_our_own_folders(window_session: WindowSession) -> None:
    assert strange_files(window_session.watched, window_session.folder) == []


PLANTED = {
    "a connection": "import socket; socket.create_connection(('192.0.2.1', 80), 1)",
    "a look-up": "import socket; socket.getaddrinfo('telemetry.example', 443)",
    "a thread that swallows its errors": """
import threading, urllib.request
def report():
    try:
        urllib.request.urlopen('http://192.0.2.1/', timeout=1)
    except OSError:
        pass
thread = threading.Thread(target=report)
thread.start()
thread.join()
""",
    "a child process": """
import subprocess, sys
code = 'import socket; socket.socket(2, 2).sendto(bytes(1), ("192.0.2.1", 53))'
subprocess.run([sys.executable, '-c', code])
""",
}


@pytest.mark.parametrize("planted", PLANTED)
def test_what_phones_home_is_found(planted: str, tmp_path: Path) -> None:
    assert run_watched(PLANTED[planted], tmp_path).findings.network != ()


def test_native_code_that_phones_home_is_found(tmp_path: Path) -> None:
    code = """
import ctypes, struct
system = ctypes.CDLL(None)
address = struct.pack("=H2s4s8x", 2, bytes([0, 80]), bytes([192, 0, 2, 1]))
system.connect(system.socket(2, 2, 0), address, len(address))
"""
    if not can_trace():
        pytest.skip("needs strace")
    assert run_watched(code, tmp_path).findings.network != ()


def test_files_outside_our_folders_are_found(tmp_path: Path) -> None:
    code = """
from pathlib import Path
folder = Path.home() / '.cache' / 'Microsoft' / 'DeveloperTools'
folder.mkdir(parents=True)
(folder / 'deviceid').write_text('1', encoding='utf-8')
"""
    found = run_watched(code, tmp_path).findings.outside(tmp_path / "home/.cache/qvim-studio")
    assert tmp_path / "home/.cache/Microsoft/DeveloperTools/deviceid" in found


REPORT = """
import os
from qvim_studio.core.program.libraries import list_libraries
from qvim_studio.core.program.privacy import SWITCHES
if SWITCHED_ON:
    for name in SWITCHES:
        os.environ.pop(name)
from huggingface_hub.utils import _telemetry
_telemetry.send_telemetry('qvim', library_name='qvim')
_telemetry._TELEMETRY_QUEUE.join()
"""


@pytest.mark.parametrize("is_on", [False, True])
def test_telemetry_of_a_library_is_found_where_it_is_switched_on_again(
    tmp_path: Path, is_on: bool
) -> None:
    watched = run_watched(REPORT.replace("SWITCHED_ON", str(is_on)), tmp_path)
    assert bool(watched.findings.network) is is_on


@pytest.mark.parametrize("module", ["core.errors", "jobs.child.serving"])
def test_every_process_switches_telemetry_off_before_it_imports_a_library(module: str) -> None:
    code = f"""
import sys
class Watch:
    def find_spec(self, name, path=None, target=None):
        import os
        libraries = {{'huggingface_hub', 'transformers', 'diffusers', 'accelerate', 'torch'}}
        if name in libraries:
            assert os.environ.get('HF_HUB_DISABLE_TELEMETRY') == '1', name
sys.meta_path.insert(0, Watch())
import qvim_studio.{module}, os
print(all(os.environ[name] == value for name, value in {SWITCHES!r}.items()))
"""
    environment = {n: v for n, v in os.environ.items() if n not in SWITCHES}
    environment["HF_HUB_DISABLE_TELEMETRY"] = "0"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "True"


def test_the_starter_s_first_sound_waits_for_no_library_that_is_slow_to_import(
    session: tuple[Watched, Path],
) -> None:
    _, folder = session
    loaded = json.loads((folder / "made_with.json").read_text(encoding="utf-8"))
    slow = {"diffusers", "transformers", "sympy", "torch._dynamo"}
    assert "torch" in loaded and not slow & set(loaded)
