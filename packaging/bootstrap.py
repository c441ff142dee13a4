"""Sets QVIM Studio up on a fresh machine and runs it: ``python3 packaging/bootstrap.py run``.

``run [ARGS]`` installs what is missing and starts ``qvim-studio ARGS``; without ARGS it opens the
studio window or, where there is no display, makes sounds from a bundled imitation.
``test [ARGS]`` installs what the tests need as well and runs them (ARGS go to pytest); without ARGS
it runs ruff and pyright first.
``types [FILES]`` installs the same and checks the types of the package, or of FILES, with pyright.
uv installs the packages if it is installed itself, otherwise pip does. QVIM_STUDIO_TORCH=cpu (or
cuda, rocm, xpu) chooses the build of PyTorch; without it, the graphics card decides.
The file uses the standard library alone and the syntax of Python 3.8, so that an older Python can
still say what it lacks.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

MIN_PYTHON = (3, 10)
# The newest one for which every package that we need has a wheel on Linux, Windows and macOS.
MAX_PYTHON = (3, 13)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
EXAMPLE = ROOT / "resources" / "examples" / "dog_woof.flac"

RUN_PACKAGES = [
    "libgl1",
    "libegl1",
    "libglib2.0-0",
    "libxkbcommon0",
    "libdbus-1-3",
    "libfontconfig1",
    "libxcb-cursor0",
    "libxkbcommon-x11-0",
    "libxcb-icccm4",
    "libxcb-keysyms1",
    "libxcb-shape0",
    "libxcb-image0",
    "libxcb-render-util0",
    "libxcb-randr0",
    "libxcb-xinerama0",
    "libxcb-xkb1",
    "libportaudio2",
]
TEST_PACKAGES = [
    "xvfb",
    "xauth",
    "xdotool",
    "openbox",
    # Clips are dropped into it.
    "mhwaveedit",
    # Shows what a screen reader reads.
    "at-spi2-core",
    "python3-pyatspi",
    "pulseaudio",
    "pulseaudio-utils",
    "libasound2-plugins",
    # Independent readers of the files that are written.
    "ffmpeg",
    "mediainfo",
    "libimage-exiftool-perl",
    # Watches for connections and files outside our own folders.
    "strace",
]
# One worker more than processors, for those that wait for a sound server or another process; the
# tests of a file, which share what is slow to make, in one.
WHOLE_SUITE = ["-n", str((os.cpu_count() or 1) + 1), "--dist", "loadfile"]
PYRIGHT = ["-m", "pyright", "--pythonpath"]
# Renamed where time_t became 64 bits wide (Debian 13, Ubuntu 24.04).
RENAMED = {"libglib2.0-0": "libglib2.0-0t64", "libportaudio2": "libportaudio2t64"}


# Where PyTorch itself keeps its builds. Those of PyPI are made for CUDA on Linux, for the processor
# on Windows and for Metal on macOS, and need no address.
TORCH_INDEX = "https://download.pytorch.org/whl/"
TORCH_BUILDS = {"cpu": "cpu", "cuda": "cu130", "rocm": "rocm7.2", "xpu": "xpu"}


class SetupError(Exception):
    """What is wrong and what to do, in one sentence."""


def main(arguments):
    check_python()
    if not arguments or arguments[0] not in ("run", "test", "types"):
        print(__doc__.strip())
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    set_up(with_tests=arguments[0] != "run")
    run = {"run": run_studio, "test": run_tests, "types": check_types}[arguments[0]]
    return run(arguments[1:])


def check_python():
    found = ".".join(map(str, sys.version_info[:3]))
    wanted = "QVIM Studio needs Python 3.10 to 3.13 (64-bit), this is {}. ".format(found)
    advice = (
        "Install a fitting one and start this file with it, for example: "
        "python3.12 packaging/bootstrap.py run"
    )
    if sys.version_info < MIN_PYTHON:
        raise SetupError(wanted + advice)
    if sys.version_info[:2] > MAX_PYTHON:
        raise SetupError(wanted + "Some libraries have no packages for newer ones yet. " + advice)
    if sys.maxsize < 2**32:
        raise SetupError(
            wanted + "It is a 32-bit Python, for which PyTorch does not exist. " + advice
        )


def set_up(with_tests):
    """Install what is missing; takes no time when a marker says that all is there."""
    marker = VENV / ("ready-test" if with_tests else "ready-run")
    fingerprint = make_fingerprint()
    if marker.is_file() and marker.read_text() == fingerprint and venv_python().is_file():
        return
    install_system_packages(RUN_PACKAGES + (TEST_PACKAGES if with_tests else []))
    set_up_python(with_tests)
    marker.write_text(fingerprint)
    if with_tests:
        (VENV / "ready-run").write_text(fingerprint)


def set_up_python(with_tests):
    """Use uv if it is installed and succeeds, otherwise pip: uv knows no settings of pip, such as a
    mirror."""
    uv = shutil.which("uv")
    if uv is not None:
        try:
            make_venv(uv)
            install_python_packages(with_tests, uv)
        except SetupError:
            say("uv could not install what is needed; pip tries it now.")
            shutil.rmtree(str(VENV), ignore_errors=True)
        else:
            return
    make_venv(None)
    install_python_packages(with_tests, None)


def make_fingerprint():
    digest = hashlib.sha256(sys.version.encode() + str(ROOT).encode())
    digest.update(str(torch_index()).encode())
    for name in ("pyproject.toml", "constraints.txt", "packaging/bootstrap.py"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def install_system_packages(packages):
    """Debian and Ubuntu alone; elsewhere the wheels bring everything."""
    if not sys.platform.startswith("linux") or shutil.which("dpkg-query") is None:
        return
    missing = [name for name in packages if not is_installed(name)]
    if not missing:
        return
    # A fresh machine often updates itself in the background: apt waits up to five minutes for it.
    patience = ["-o", "DPkg::Lock::Timeout=300"]
    command = ["apt-get", "install", *patience, "-y", "--no-install-recommends"]
    if os.geteuid() != 0:
        if shutil.which("sudo") is None or run_quietly(["sudo", "-n", "true"]) != 0:
            raise SetupError(
                "System packages are missing and installing them needs an administrator. Run "
                "this line, then the same command again:\n  sudo apt-get update && sudo "
                "apt-get install -y " + " ".join(missing)
            )
        command = ["sudo", "-n", *command]
    say("Installing system packages: " + " ".join(missing))
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    update = [*command[: command.index("apt-get") + 1], "update", "-qq"]
    subprocess.call(update, env=environment)
    available = [RENAMED.get(n, n) if is_known(RENAMED.get(n, n)) else n for n in missing]
    if subprocess.call(command + available, env=environment) != 0:
        raise SetupError(
            "apt-get could not install: " + " ".join(available) + ". Check the network and the "
            "package sources, then try again."
        )


def is_installed(name):
    for candidate in (name, RENAMED.get(name)):
        if candidate is None:
            continue
        query = ["dpkg-query", "-W", "-f", "${db:Status-Status}", candidate]
        found = subprocess.run(query, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if found.returncode == 0 and found.stdout == b"installed":
            return True
    return False


def is_known(name):
    found = subprocess.run(
        ["apt-cache", "policy", name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    return b"Candidate:" in found.stdout and b"Candidate: (none)" not in found.stdout


def find_accelerator():
    """The graphics card that PyTorch can use, by what its driver leaves on this machine; "" for
    none, or what the user asks for."""
    asked = os.environ.get("QVIM_STUDIO_TORCH", "")
    if asked:
        if asked not in TORCH_BUILDS:
            raise SetupError(
                "QVIM_STUDIO_TORCH is {!r}, expected one of {}. Set it to one of them, or leave it "
                "out.".format(asked, ", ".join(TORCH_BUILDS))
            )
        return asked
    if shutil.which("nvidia-smi") or Path("/proc/driver/nvidia/version").is_file():
        return "cuda"
    if Path("/dev/kfd").exists():
        return "rocm"
    return "xpu" if any(Path("/sys/bus/pci/drivers/xe").glob("0*")) else ""


def torch_index():
    """The address of the build of PyTorch to take; None for the one of the package index."""
    accelerator = find_accelerator()
    is_on_package_index = accelerator == "cuda" and sys.platform.startswith("linux")
    if not accelerator or is_on_package_index or sys.platform == "darwin":
        return None
    return TORCH_INDEX + TORCH_BUILDS[accelerator]


def make_venv(uv):
    """uv: its path, or None to use venv and pip."""
    if uv is not None:
        if venv_python().is_file() and run_quietly([str(venv_python()), "-V"]) == 0:
            return
        say("Making a virtual environment in .venv")
        shutil.rmtree(str(VENV), ignore_errors=True)
        if subprocess.call([uv, "venv", "--quiet", "--python", sys.executable, str(VENV)]) != 0:
            raise SetupError("uv could not make a virtual environment in {}.".format(VENV))
        return
    if venv_python().is_file() and run_quietly([str(venv_python()), "-m", "pip", "-V"]) == 0:
        return
    say("Making a virtual environment in .venv")
    if subprocess.call([sys.executable, "-m", "venv", "--clear", str(VENV)]) == 0:
        return
    package = "python{}.{}-venv".format(*sys.version_info[:2])
    if sys.platform.startswith("linux") and shutil.which("dpkg-query"):
        install_system_packages([package])
        if subprocess.call([sys.executable, "-m", "venv", "--clear", str(VENV)]) == 0:
            return
    raise SetupError(
        "Python's venv module does not work here. Install it (on Debian and Ubuntu: sudo apt-get "
        "install {}), then run the same command again.".format(package)
    )


def install_python_packages(with_tests, uv):
    say("Installing Python packages (a few minutes the first time)")
    constraints = ROOT / "constraints.txt"
    target = str(ROOT) + ("[test]" if with_tests else "")
    # Wheels alone: a package without one would ask for a compiler, which users do not have.
    install = ("install", "--only-binary", ":all:", "-c", str(constraints))
    # torch first and alone: a range in another package would take its largest build.
    index = torch_index()
    build = () if index is None else ("--extra-index-url", index)
    pip(uv, *install, *build, "torch==2.13.0")
    pip(uv, *install, "--editable", target)


def pip(uv, *arguments):
    python = str(venv_python())
    command = [python, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    if uv is not None:
        command = [uv, "pip", *arguments, "--quiet", "--python", python]
    if subprocess.call(command) != 0:
        raise SetupError(
            "What is needed could not be installed (the reason stands above). Check the network "
            "and the free space on the disk (2 GB), then run the same command again."
        )


def run_studio(arguments):
    if not arguments:
        if has_display():
            arguments = ["studio"]
        else:
            say(
                "No display found: making sounds from a bundled imitation instead of opening "
                "the window."
            )
            arguments = ["generate", str(EXAMPLE)]
    return execute([str(venv_program("qvim-studio")), *arguments])


def run_tests(arguments):
    python = str(venv_python())
    os.chdir(str(ROOT))
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # The tests start many processes; without compiled files each would compile the program again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if not arguments:
        status = run_checks(python)
        if status != 0:
            return status
        arguments = WHOLE_SUITE
    return execute([python, "-m", "pytest", *arguments])


def run_checks(python):
    """Ruff and pyright; the status of the first that finds a fault, else 0."""
    for check in (["check", "."], ["format", "--check", "."]):
        status = subprocess.call([python, "-m", "ruff", *check])
        if status != 0:
            return status
    types = subprocess.Popen([python, *PYRIGHT, python], env=environment_of_checks())
    # Meanwhile program and tests are compiled, which each of pytest's workers would do again. The
    # status does not matter: whatever cannot be written is compiled by the tests.
    for command in (["compileall", "-qq", "qvim_studio"], ["pytest", "--collect-only", "-qq"]):
        subprocess.call([python, "-m", *command], stdout=subprocess.DEVNULL)
    return types.wait()


def check_types(arguments):
    os.environ.update(environment_of_checks())
    os.chdir(str(ROOT))
    python = str(venv_python())
    return execute([python, *PYRIGHT, python, *arguments])


def environment_of_checks():
    """The variables with which ruff and pyright run."""
    # Without this one, pyright asks the network for newer versions.
    return {**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}


def has_display():
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def execute(command):
    if os.name == "posix":
        sys.stdout.flush()
        os.execv(command[0], command)
    return subprocess.call(command)


def venv_program(name):
    if os.name == "nt":
        return VENV / "Scripts" / (name + ".exe")
    return VENV / "bin" / name


def venv_python():
    return venv_program("python")


def run_quietly(command):
    try:
        return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return 127


def say(text):
    print("qvim-studio setup: " + text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SetupError as error:
        say(str(error))
        sys.exit(1)
    except OSError as error:
        say("{}. Check that you may write to {}.".format(error, ROOT))
        sys.exit(1)
    except KeyboardInterrupt:
        say("interrupted; run the same command again to go on.")
        sys.exit(130)
