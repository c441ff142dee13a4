"""Where the studio writes: names stay, so that a new version finds the files of an old one."""

from __future__ import annotations

from pathlib import Path

from qvim_studio.core.program.paths import StudioPaths


def test_all_files_of_a_portable_studio_lie_below_one_folder(tmp_path: Path) -> None:
    paths = StudioPaths.below(tmp_path)
    places = (
        *(paths.settings_file, paths.session_file, paths.used_sounds_file, paths.pace_file),
        *(paths.log_file, paths.library_file, paths.output_folder),
        *(paths.takes_folder, paths.queued_sounds_folder, paths.token_file),
    )
    assert [place.relative_to(tmp_path).as_posix() for place in places] == [
        *("settings.json", "session.json", "used sounds.json", "pace.json"),
        *("logs/studio.log", "library/library.db", "QVIM Studio"),
        *("takes", "queued sounds", "service-token"),
    ]
