"""The one file that sets a machine up: what it decides, without installing anything."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import types
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "packaging/bootstrap.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    return module


@pytest.fixture
def executed(bootstrap: types.ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What would have been started."""
    commands: list[list[str]] = []
    monkeypatch.setattr(bootstrap, "execute", lambda command: commands.append(command) or 0)
    monkeypatch.setattr(bootstrap, "set_up", lambda with_tests: None)
    return commands


def make_debian(
    module: types.ModuleType, monkeypatch: pytest.MonkeyPatch, missing: set[str], user: int
) -> list[list[str]]:
    """A Debian that lacks some packages and has no sudo; returns what is called."""
    calls: list[list[str]] = []
    monkeypatch.setattr(module.sys, "platform", "linux")
    monkeypatch.setattr(module.os, "geteuid", lambda: user, raising=False)
    monkeypatch.setattr(module.shutil, "which", lambda name: None if name == "sudo" else name)
    monkeypatch.setattr(module, "is_installed", lambda name: name not in missing)
    monkeypatch.setattr(module, "is_known", lambda name: not name.endswith("t64"))
    monkeypatch.setattr(
        module.subprocess, "call", lambda command, **options: calls.append(command) or 0
    )
    return calls


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        ((3, 9, 2), r"needs Python 3\.10 to 3\.13 \(64-bit\), this is 3\.9\.2\. Install"),
        ((3, 14, 0), r"this is 3\.14\.0\. Some libraries have no packages for newer ones yet"),
    ],
)
def test_pythons_that_are_too_old_or_too_new_get_a_sentence(
    bootstrap: types.ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    version: tuple[int, int, int],
    sentence: str,
) -> None:
    monkeypatch.setattr(bootstrap.sys, "version_info", version)
    with pytest.raises(bootstrap.SetupError, match=sentence):
        bootstrap.main(["run"])


def test_a_32_bit_python_gets_a_sentence(
    bootstrap: types.ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap.sys, "maxsize", 2**31 - 1)
    with pytest.raises(bootstrap.SetupError, match="32-bit Python, for which PyTorch does not"):
        bootstrap.main(["run"])


@pytest.mark.parametrize("version", [(3, 10, 0), (3, 13, 9)])
def test_pythons_with_wheels_for_everything_are_accepted(
    bootstrap: types.ModuleType, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int]
) -> None:
    monkeypatch.setattr(bootstrap.sys, "version_info", version)
    bootstrap.check_python()


def test_without_a_word_it_explains_itself() -> None:
    command = [sys.executable, str(ROOT / "packaging/bootstrap.py")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2 and "bootstrap.py run" in done.stdout


def test_run_without_a_display_makes_sounds_and_says_so(
    bootstrap: types.ModuleType,
    executed: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(bootstrap.sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert bootstrap.main(["run"]) == 0
    assert executed[0][1:] == ["generate", str(bootstrap.EXAMPLE)]
    assert bootstrap.EXAMPLE.is_file()
    assert "No display found" in capsys.readouterr().err


def test_run_with_a_display_opens_the_window(
    bootstrap: types.ModuleType, executed: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":7")
    bootstrap.main(["run"])
    assert executed[0][1:] == ["studio"]


def test_run_hands_its_arguments_over(
    bootstrap: types.ModuleType, executed: list[list[str]]
) -> None:
    bootstrap.main(["run", "generate", "a.wav", "--json"])
    assert executed[0][1:] == ["generate", "a.wav", "--json"]


@pytest.fixture
def programs(bootstrap: types.ModuleType, monkeypatch: pytest.MonkeyPatch) -> Programs:
    """What the tests' command starts; nothing is really started."""
    programs = Programs()
    monkeypatch.setattr(bootstrap.subprocess, "call", programs.start)
    monkeypatch.setattr(bootstrap.subprocess, "Popen", programs.start_and_wait_later)
    monkeypatch.chdir(bootstrap.ROOT)  # brought back after the test
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    return programs


class Programs:
    """Notes the names of the modules that are run; those in ``failing`` have the status 1."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.failing: set[str] = set()

    def start(self, command: list[str], **options: object) -> int:
        self.started.append(command[2])
        return int(command[2] in self.failing)

    def start_and_wait_later(self, command: list[str], **options: object) -> types.SimpleNamespace:
        status = self.start(command)
        return types.SimpleNamespace(wait=lambda: status)


@pytest.mark.parametrize("failing", ["ruff", "pyright"])
def test_no_test_runs_before_style_and_types_are_right(
    bootstrap: types.ModuleType, executed: list[list[str]], programs: Programs, failing: str
) -> None:
    programs.failing.add(failing)
    assert bootstrap.main(["test"]) == 1
    assert not executed


def test_what_the_workers_need_is_compiled_once_while_the_types_are_checked(
    bootstrap: types.ModuleType, executed: list[list[str]], programs: Programs
) -> None:
    programs.failing = {"compileall", "pytest"}  # then the tests compile it
    assert bootstrap.main(["test"]) == 0
    assert programs.started == ["ruff", "ruff", "pyright", "compileall", "pytest"]
    assert executed[0][1:3] == ["-m", "pytest"]


@pytest.mark.parametrize(
    ("given", "handed"),
    [([], ["-n", f"{(os.cpu_count() or 1) + 1}", "--dist", "loadfile"]), (["-m", "slow"],) * 2],
)
def test_all_tests_share_the_processors_and_chosen_ones_run_as_asked(
    bootstrap: types.ModuleType,
    executed: list[list[str]],
    programs: Programs,
    given: list[str],
    handed: list[str],
) -> None:
    assert bootstrap.main(["test", *given]) == 0
    assert executed[0][1:] == ["-m", "pytest", *handed]
    assert "PYTHONDONTWRITEBYTECODE" not in os.environ  # processes share what is compiled


def test_types_are_checked_with_what_the_tests_install(
    bootstrap: types.ModuleType, executed: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(bootstrap, "set_up", lambda with_tests: asked.append(with_tests))
    monkeypatch.chdir(bootstrap.ROOT)  # brought back after the test
    monkeypatch.setenv("PYRIGHT_PYTHON_IGNORE_WARNINGS", "0")
    assert bootstrap.main(["types", "qvim_studio/core"]) == 0
    python = str(bootstrap.venv_python())
    assert executed == [[python, "-m", "pyright", "--pythonpath", python, "qvim_studio/core"]]
    assert asked == [True]
    assert os.environ["PYRIGHT_PYTHON_IGNORE_WARNINGS"] == "1"  # no question to the network


def test_missing_system_packages_are_installed_by_root(
    bootstrap: types.ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = make_debian(bootstrap, monkeypatch, {"libegl1", "libportaudio2"}, user=0)
    bootstrap.install_system_packages(bootstrap.RUN_PACKAGES)
    assert calls[0] == ["apt-get", "update", "-qq"]
    assert calls[1][:4] == ["apt-get", "install", "-o", "DPkg::Lock::Timeout=300"]
    assert calls[1][-2:] == ["libegl1", "libportaudio2"]


def test_a_user_without_sudo_gets_the_exact_line(
    bootstrap: types.ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = make_debian(bootstrap, monkeypatch, {"libegl1"}, user=1000)
    with pytest.raises(bootstrap.SetupError, match=r"sudo apt-get install -y libegl1$"):
        bootstrap.install_system_packages(bootstrap.RUN_PACKAGES)
    assert calls == []


def test_nothing_is_called_where_nothing_is_missing(
    bootstrap: types.ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = make_debian(bootstrap, monkeypatch, set(), user=1000)
    bootstrap.install_system_packages(bootstrap.RUN_PACKAGES)
    assert calls == []


def test_the_second_start_skips_the_setup_and_a_changed_pin_repeats_it(
    bootstrap: types.ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done: list[str] = []
    monkeypatch.setattr(bootstrap, "install_system_packages", lambda packages: done.append("apt"))
    monkeypatch.setattr(bootstrap, "make_venv", lambda uv: done.append("venv"))
    monkeypatch.setattr(
        bootstrap, "install_python_packages", lambda with_tests, uv: done.append("pip")
    )
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    python = bootstrap.venv_python()
    python.parent.mkdir(parents=True)
    python.touch()
    bootstrap.set_up(with_tests=True)
    assert done == ["apt", "venv", "pip"]
    bootstrap.set_up(with_tests=True)
    bootstrap.set_up(with_tests=False)
    assert done == ["apt", "venv", "pip"]
    monkeypatch.setattr(bootstrap, "make_fingerprint", lambda: "changed")
    bootstrap.set_up(with_tests=False)
    assert done == ["apt", "venv", "pip"] * 2


def test_nothing_is_installed_that_a_compiler_must_build_first(
    bootstrap: types.ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[tuple[str, ...]] = []
    monkeypatch.setattr(bootstrap, "pip", lambda uv, *arguments: commands.append(arguments))
    bootstrap.install_python_packages(with_tests=True, uv=None)
    assert commands[0][-1].startswith("torch==")
    assert commands[1][-1].endswith("[test]")
    assert all(command[1:3] == ("--only-binary", ":all:") for command in commands)


def test_a_failing_pip_leaves_no_marker(
    bootstrap: types.ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "install_system_packages", lambda packages: None)
    monkeypatch.setattr(bootstrap, "make_venv", lambda uv: bootstrap.VENV.mkdir())
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda command: 1)
    with pytest.raises(bootstrap.SetupError, match="Check the network"):
        bootstrap.set_up(with_tests=False)
    assert list(bootstrap.VENV.iterdir()) == []


@pytest.fixture
def hardware(bootstrap: types.ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The root of a machine without any graphics card; tests lay files of drivers there."""
    monkeypatch.setattr(bootstrap, "Path", lambda path: tmp_path / path.lstrip("/"))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    monkeypatch.setattr(bootstrap.sys, "platform", "linux")
    monkeypatch.delenv("QVIM_STUDIO_TORCH", raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("driver", "platform", "index"),
    [
        (None, "linux", None),
        (None, "win32", None),
        ("proc/driver/nvidia/version", "linux", None),
        ("proc/driver/nvidia/version", "win32", "https://download.pytorch.org/whl/cu130"),
        ("dev/kfd", "linux", "https://download.pytorch.org/whl/rocm7.2"),
        ("sys/bus/pci/drivers/xe/0000-03-00.0", "linux", "https://download.pytorch.org/whl/xpu"),
    ],
)
def test_the_build_of_torch_fits_the_graphics_card(
    bootstrap: types.ModuleType,
    hardware: Path,
    monkeypatch: pytest.MonkeyPatch,
    driver: str | None,
    platform: str,
    index: str | None,
) -> None:
    monkeypatch.setattr(bootstrap.sys, "platform", platform)
    if driver is not None:
        (hardware / driver).parent.mkdir(parents=True)
        (hardware / driver).touch()
    assert bootstrap.torch_index() == index


def test_the_user_may_choose_the_build_of_torch(
    bootstrap: types.ModuleType, hardware: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QVIM_STUDIO_TORCH", "cpu")
    commands: list[tuple[str, ...]] = []
    monkeypatch.setattr(bootstrap, "pip", lambda uv, *arguments: commands.append(arguments))
    bootstrap.install_python_packages(with_tests=False, uv=None)
    assert commands[0][-3:-1] == ("--extra-index-url", "https://download.pytorch.org/whl/cpu")
    assert "--extra-index-url" not in commands[1]
    monkeypatch.setenv("QVIM_STUDIO_TORCH", "gpu")
    with pytest.raises(bootstrap.SetupError, match="expected one of cpu, cuda, rocm, xpu"):
        bootstrap.torch_index()


def fake_calls(
    module: types.ModuleType, monkeypatch: pytest.MonkeyPatch, broken: str = ""
) -> list[list[str]]:
    """What is called on a machine that has uv; the program ``broken`` fails."""
    calls: list[list[str]] = []

    def call(command: list[str], **options: object) -> int:
        calls.append(command)
        return int(Path(command[0]).name == broken)

    monkeypatch.setattr(module.subprocess, "call", call)
    monkeypatch.setattr(module.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(module, "torch_index", lambda: None)
    return calls


def test_uv_installs_the_same_packages_where_it_is_there(
    bootstrap: types.ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = fake_calls(bootstrap, monkeypatch)
    bootstrap.set_up_python(with_tests=False)
    assert calls[0][:2] == ["/usr/bin/uv", "venv"]
    assert [call[:3] for call in calls[1:]] == [["/usr/bin/uv", "pip", "install"]] * 2
    for call in calls[1:]:
        assert call[call.index("-c") + 1] == str(ROOT / "constraints.txt")
        assert call[-2:] == ["--python", str(bootstrap.venv_python())]


def test_pip_takes_over_where_uv_fails(
    bootstrap: types.ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = fake_calls(bootstrap, monkeypatch, broken="uv")
    bootstrap.set_up_python(with_tests=False)
    assert calls[1][:3] == [sys.executable, "-m", "venv"]
    assert [call[1:3] for call in calls[2:]] == [["-m", "pip"]] * 2
