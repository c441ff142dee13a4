"""Makes a Debian package of the bundle: python packaging/installers/make_deb.py BUNDLE OUT_FOLDER.

BUNDLE is the folder that PyInstaller leaves (dist/qvim-studio). Needs dpkg-deb.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NAME = "qvim-studio"
# What the bundle takes from the system: a display, and sound.
DEPENDS = (
    *("libc6", "libegl1", "libgl1", "libxkbcommon0", "libdbus-1-3", "libfontconfig1"),
    *("libxcb-cursor0", "libxkbcommon-x11-0", "libxcb-icccm4", "libxcb-keysyms1"),
    *("libportaudio2 | libportaudio2t64",),
)
DESKTOP_ENTRY = """\
[Desktop Entry]
Type=Application
Name=QVIM Studio
Comment=Imitate a sound with your voice, get sounds you can use
Exec=qvim-studio studio %f
MimeType=audio/x-wav;audio/flac;audio/ogg;audio/mpeg;
Categories=AudioVideo;Audio;
Terminal=false
"""


def program_version() -> str:
    """The version that the package states."""
    text = (ROOT / "qvim_studio" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'__version__ = "(.+)"', text)
    if found is None:
        raise ValueError("qvim_studio/__init__.py states no __version__")
    return found[1]


def control_text(version: str, installed_bytes: int, architecture: str) -> str:
    """The description that dpkg reads."""
    return f"""\
Package: {NAME}
Version: {version}
Architecture: {architecture}
Maintainer: The QVIM Studio maintainers <maintainers@localhost>
Installed-Size: {-(-installed_bytes // 1024)}
Depends: {", ".join(DEPENDS)}
Section: sound
Priority: optional
Description: Imitate a sound with your voice, get sounds you can use
 Sounds are made on this computer, from an imitation, from words or from both. Nothing is sent
 anywhere.
"""


def lay_out(bundle: Path, tree: Path, architecture: str) -> None:
    """Write everything that the package installs, and its description, below ``tree``."""
    shutil.copytree(bundle, tree / "opt" / NAME, symlinks=True)
    installed = (path for path in (tree / "opt").rglob("*") if path.is_file())
    size = sum(path.lstat().st_size for path in installed)
    command = tree / "usr" / "bin" / NAME
    command.parent.mkdir(parents=True)
    command.symlink_to(f"/opt/{NAME}/{NAME}")
    entry = tree / "usr" / "share" / "applications" / f"{NAME}.desktop"
    entry.parent.mkdir(parents=True)
    entry.write_text(DESKTOP_ENTRY, encoding="utf-8")
    licence = tree / "usr" / "share" / "doc" / NAME / "copyright"
    licence.parent.mkdir(parents=True)
    shutil.copyfile(ROOT / "LICENSE", licence)
    control = tree / "DEBIAN" / "control"
    control.parent.mkdir()
    control.write_text(control_text(program_version(), size, architecture), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description="Make a Debian package of a bundle.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("folder", type=Path, help="where the package is written")
    options = parser.parse_args()
    asked = ["dpkg", "--print-architecture"]
    architecture = subprocess.check_output(asked, text=True).strip()
    options.folder.mkdir(parents=True, exist_ok=True)
    package = options.folder / f"{NAME}_{program_version()}_{architecture}.deb"
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        tree = Path(folder) / NAME
        lay_out(options.bundle, tree, architecture)
        tree.chmod(0o755)
        build = ["dpkg-deb", "--root-owner-group", "-Zxz", "-z1", "--build", str(tree)]
        subprocess.run([*build, str(package)], check=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
