"""What the installers hold, without freezing anything."""

from __future__ import annotations

import plistlib
import sys
from pathlib import Path

import pytest

INSTALLERS = Path(__file__).parent.parent.parent / "packaging" / "installers"


@pytest.fixture(autouse=True)
def installers_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(INSTALLERS))
    for name in ("bundle", "make_deb"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def test_a_bundle_holds_the_resources_that_the_program_reads() -> None:
    import bundle

    places = dict(bundle.resources())
    by_name = {Path(source).name: place for source, place in places.items()}
    assert by_name["starter"] == "qvim_studio/resources/starter"
    assert by_name["checkpoints.toml"] == "qvim_studio/resources"
    assert "screenshots" not in by_name


def test_a_bundle_holds_what_is_imported_by_name_and_no_other_models() -> None:
    import bundle

    hidden, unused = set(bundle.hidden_modules()), set(bundle.unused_packages())
    assert {"qvim_studio.families.audioldm.family", "qvim_studio.assembly"} <= hidden
    assert "transformers.models.clap.modeling_clap" in hidden
    assert "diffusers.schedulers.scheduling_ddim" in hidden
    assert {"transformers.models.llama", "diffusers.pipelines.flux"} <= unused
    assert not any(name.startswith("transformers.models.llama") for name in hidden)


def test_a_debian_package_has_a_command_an_entry_and_its_size(tmp_path: Path) -> None:
    import make_deb

    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "qvim-studio").write_bytes(b"x" * 3000)
    tree = tmp_path / "tree"
    make_deb.lay_out(folder, tree, "amd64")
    assert (tree / "opt/qvim-studio/qvim-studio").stat().st_size == 3000
    assert str((tree / "usr/bin/qvim-studio").readlink()) == "/opt/qvim-studio/qvim-studio"
    assert "Exec=qvim-studio studio %f" in (
        tree / "usr/share/applications/qvim-studio.desktop"
    ).read_text(encoding="utf-8")
    control = (tree / "DEBIAN/control").read_text(encoding="utf-8")
    assert "Installed-Size: 3\n" in control and "Architecture: amd64\n" in control
    assert f"Version: {make_deb.program_version()}\n" in control


def test_the_application_for_macos_may_use_the_microphone() -> None:
    entitlements = plistlib.loads((INSTALLERS / "macos_entitlements.plist").read_bytes())
    assert entitlements["com.apple.security.device.audio-input"] is True
    assert "NSMicrophoneUsageDescription" in (INSTALLERS / "macos.spec").read_text(encoding="utf-8")
