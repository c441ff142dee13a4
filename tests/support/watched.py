"""Runs a Python program in an empty home and reports every connection, look-up and written file."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SITE = Path(__file__).parent / "watched_site"
ROOT = Path(__file__).parent.parent.parent
TIMEOUT_S = 600
# Where writing leaves nothing behind.
DEVICES = ("/dev", "/proc", "/sys/kernel")
TRACE = ("strace", "-f", "-qq", "--seccomp-bpf")
CALLS = "connect,bind,sendto,sendmsg,openat,open,creat,mkdir,mkdirat"
# A new network namespace has its loopback switched off; this program switches it on.
WAKE_LOOPBACK = """
import fcntl, os, socket, struct, sys
SIOCSIFFLAGS, IFF_UP, IFF_RUNNING = 0x8914, 0x1, 0x40
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
    fcntl.ioctl(asked, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP | IFF_RUNNING))
os.execvp(sys.argv[1], sys.argv[1:])
"""
_CALL = re.compile(r"^\d+\s+(?P<name>\w+)\((?P<arguments>.*)")
_INTERNET = re.compile(r"AF_INET6?\b")
_LOOPBACK = re.compile(
    r"inet_addr\(\"127\.|AF_INET6, \"(::1|::ffff:127\.[\d.]+)\"|"  # in the words of strace
    r"^[-a-z]+ \('(127\.|::1'|localhost')"  # in the words of sitecustomize.py
)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class Findings:
    """network: connections, listening sockets and look-ups; files: what was written, by absolute
    path."""

    network: tuple[str, ...]
    files: frozenset[Path]

    @property
    def beyond_loopback(self) -> list[str]:
        """Entries of ``network`` that lead beyond this machine's loopback."""
        return [line for line in self.network if not _LOOPBACK.search(line)]

    def outside(self, *ours: Path) -> list[Path]:
        """Files and folders that lie below none of ``ours``, nor lead to one of them."""
        folders = [folder.resolve() for folder in ours]
        return sorted(
            file
            for file in self.files
            if not any(file.is_relative_to(folder) for folder in folders)
            and not any(folder.is_relative_to(file) for folder in folders)
            and not str(file).startswith(DEVICES)
        )


@dataclass(frozen=True)
class Watched:
    """How a program ended, what it printed, and what it did."""

    status: int
    output: str
    errors: str
    findings: Findings


def run_watched(
    code: str,
    folder: Path,
    *arguments: str,
    more: Mapping[str, str] | None = None,
    has_loopback: bool = False,
) -> Watched:
    """Run ``code`` in ``folder``, whose home, caches and temporary files lie in it as well.

    Where the system lets us, the program has no network at all and strace follows all its threads
    and children. more: of its environment. has_loopback: whether it can reach 127.0.0.1
    all the same.
    """
    notes, trace = folder / "notes.jsonl", folder / "trace"
    home, temporary, runtime = folder / "home", folder / "tmp", folder / "run"
    for made in (home, temporary, runtime):
        made.mkdir(0o700)
    command = [sys.executable, "-c", code, *arguments]
    is_traced = can_trace()
    if is_traced:
        command = [*TRACE, "-s", "400", "-e", f"trace={CALLS}", "-o", str(trace), *command]
    if _works("unshare", "-rn", "true"):
        wake = [sys.executable, "-I", "-S", "-c", WAKE_LOOPBACK] if has_loopback else []
        command = ["unshare", "-rn", *wake, *command]
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    environment = {
        **kept,
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "XDG_RUNTIME_DIR": str(runtime),
        "PYTHONPATH": os.pathsep.join([str(SITE), str(ROOT)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "OMP_NUM_THREADS": "1",
        "QT_QPA_PLATFORM": "offscreen",
        "QVIM_WATCH_NOTES": str(notes),
        **(more or {}),
    }
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S
    )
    network, files = _read_notes(notes)
    if is_traced:
        more_network, more_files = _read_trace(trace, folder)
        network, files = network + more_network, files | more_files
    files -= {notes, trace}
    found = Findings(tuple(network), frozenset(files))
    return Watched(done.returncode, done.stdout, done.stderr, found)


def can_trace() -> bool:
    """Whether strace is installed and may follow programs here."""
    return _works(*TRACE, "-e", "trace=connect", "-o", os.devnull, "true")


def _works(*command: str) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True).returncode == 0


def _read_notes(notes: Path) -> tuple[list[str], set[Path]]:
    network: list[str] = []
    files: set[Path] = set()
    for line in notes.read_text(encoding="utf-8").splitlines():
        kind, text = json.loads(line)
        if kind == "file":
            files.add(Path(text))
        else:
            network.append(f"{kind} {text}")
    return network, files


def _read_trace(trace: Path, folder: Path) -> tuple[list[str], set[Path]]:
    network: list[str] = []
    files: set[Path] = set()
    for line in trace.read_text(encoding="utf-8", errors="replace").splitlines():
        call = _CALL.match(line)
        if call is None:
            continue
        name, arguments = call["name"], call["arguments"]
        if name in ("connect", "bind", "sendto", "sendmsg"):
            if _INTERNET.search(arguments):
                network.append(line)
        elif name.startswith(("mkdir", "creat")) or re.search(r"O_(WRONLY|RDWR|CREAT)", arguments):
            quoted = _QUOTED.search(arguments)
            if quoted is not None and " = -1 " not in line:
                files.add(Path(os.path.normpath(folder / quoted[1])))
    return network, files
