from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from library_fixtures import add_clips

from qvim_studio.core.errors import OutputError
from qvim_studio.core.sound_words import SoundWord
from qvim_studio.library.database import Database, LibraryVersionError
from qvim_studio.library.library import Library, open_library
from qvim_studio.library.schema import FIRST_TABLES, VERSION
from qvim_studio.library.sound_facts import SoundFacts

WRITER = """
import os, sys
from pathlib import Path
from qvim_studio.library.database import Database
database = Database(Path(sys.argv[1]))
with database.writing() as connection:
    connection.execute("INSERT INTO folders (kind, path) VALUES ('made', '/kept')")
with database.writing() as connection:
    connection.execute("INSERT INTO folders (kind, path) VALUES ('made', '/half')")
    os._exit(9)
"""


def folder_paths(database: Database) -> list[str]:
    return [path for (path,) in database.connection().execute("SELECT path FROM folders")]


def set_version(file: Path, version: int) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")


def test_a_program_that_dies_keeps_what_was_committed_and_nothing_half(tmp_path: Path) -> None:
    file = tmp_path / "library.db"
    died = subprocess.run([sys.executable, "-c", WRITER, str(file)], env=os.environ)
    assert died.returncode == 9
    with closing(Database(file)) as database:
        assert folder_paths(database) == ["/kept"]


def test_a_newer_minor_is_read(tmp_path: Path) -> None:
    file = tmp_path / "library.db"
    Database(file).close()
    set_version(file, VERSION + 1)
    with closing(Database(file)) as database:
        assert folder_paths(database) == []


def test_a_newer_major_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "library.db"
    Database(file).close()
    set_version(file, VERSION + 1000)
    before = file.read_bytes()
    with pytest.raises(LibraryVersionError, match=r"newer QVIM Studio \(format 2\.1, .* knows 1\)"):
        Database(file)
    assert file.read_bytes() == before
    with closing(open_library(file)) as library:
        assert library.database.file.name == "library-1.db"
        assert "library-1.db" in library.notice


def test_an_older_file_is_migrated_after_a_copy(tmp_path: Path) -> None:
    file = tmp_path / "library.db"
    steps = {0: (VERSION, FIRST_TABLES)}
    with closing(Database(file, steps)) as database, database.writing() as connection:
        connection.execute("INSERT INTO folders (kind, path) VALUES ('made', '/old')")
    steps[VERSION] = (VERSION + 1, "ALTER TABLE folders ADD COLUMN color TEXT DEFAULT 'red'")
    with closing(Database(file, steps)) as database:
        rows = database.connection().execute("SELECT path, color FROM folders").fetchall()
    assert rows == [("/old", "red")]
    with closing(sqlite3.connect(tmp_path / f"library.db.v{VERSION}")) as copy:
        assert copy.execute("SELECT * FROM folders").fetchall() == [(1, "made", "/old")]


def test_a_library_from_before_the_tagger_keeps_its_words_and_is_listened_to(
    tmp_path: Path,
) -> None:
    file = tmp_path / "library.db"
    with closing(Database(file, {0: (1000, FIRST_TABLES)})) as old, old.writing() as connection:
        connection.execute("INSERT INTO folders (kind, path) VALUES ('sounds', '/own')")
        connection.execute(
            "INSERT INTO sounds (folder_id, name, created_s, size, modified_ns) "
            "VALUES (1, 'REC_0042.wav', 0, 5, 7)"
        )
        connection.execute("INSERT INTO words (rowid, title, name) VALUES (1, 'Porch', 'REC 0042')")
    with closing(Library(file)) as library:
        assert library.search("porch") == {1}
        assert library.adoption.unheard(1) == {"REC_0042.wav": (5, 7)}
        facts = SoundFacts(1.0, 48_000, 1, "", b"\0" * 128)
        words = [SoundWord("rain", 0.9, "rain")]
        library.adoption.record(1, "REC_0042.wav", (5, 7), facts, "", words)
        assert library.search("rain") == {1}
        assert library.adoption.unheard(1) == {}


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "library.db"
    steps = {0: (VERSION, FIRST_TABLES)}
    Database(file, steps).close()
    steps[VERSION] = (VERSION + 1, "ALTER TABLE folders ADD COLUMN color TEXT; SELECT nonsense")
    with pytest.raises(OutputError, match="nonsense"):
        Database(file, steps)
    with closing(Database(file)) as database:
        columns = [row[1] for row in database.connection().execute("PRAGMA table_info(folders)")]
    assert columns == ["id", "kind", "path"]


def test_a_damaged_file_is_set_aside_for_the_last_backup(tmp_path: Path) -> None:
    file = tmp_path / "library.db"
    with closing(Library(file)) as library:
        ids = add_clips(library, tmp_path / "out")
        library.sounds.set_starred(ids[:1], True)
        assert library.database.back_up()
        assert not library.database.back_up()
    file.write_bytes(b"no database at all" * 500)
    with closing(Library(file)) as library:
        assert "damaged-1" in library.notice
        assert [entry.is_starred for entry in library.sounds.entries_of(ids)] == [True, False]
    assert (tmp_path / "library.db.damaged-1").read_bytes().startswith(b"no database")


def tear(file: Path) -> None:
    """Overwrite the middle of a database, as a failing disk does."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as target:
        target.seek(file.stat().st_size // 2 // 4096 * 4096)
        target.write(b"\xff" * 8192)


def fill(database: Database) -> None:
    with database.writing() as connection:
        connection.execute("INSERT INTO folders (id, kind, path) VALUES (1, 'made', '/kept')")
        connection.executemany(
            "INSERT INTO sounds (folder_id, name, created_s, size, modified_ns, note) "
            "VALUES (1, ?, 1, 1, 1, ?)", [(f"{number}.wav", 200 * "n") for number in range(2000)],
        )  # fmt: skip


def count(database: Database) -> int:
    return len(database.connection().execute("SELECT * FROM sounds").fetchall())


def test_a_torn_page_is_found_at_the_opening(tmp_path: Path) -> None:
    file = tmp_path / "library.db"
    with closing(Database(file)) as database:
        fill(database)
        database.back_up()
    tear(file)
    with closing(Database(file)) as database:
        assert "The last backup is used" in database.notice
        assert count(database) == 2000
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "library.backup.db",
        "library.db",
        "library.db.damaged-1",
    ]


def test_a_damaged_library_never_replaces_a_good_backup(tmp_path: Path) -> None:
    file = tmp_path / "library.db"
    with closing(Database(file)) as database:
        fill(database)
        database.back_up()
        backup = database.backup_file.read_bytes()
        os.utime(database.backup_file, (1, 1))
        tear(file)
        with pytest.raises(OutputError, match="Start QVIM Studio again"):
            database.back_up()
        assert database.backup_file.read_bytes() == backup
        with pytest.raises(OutputError, match="is damaged"), database.writing() as connection:
            connection.execute("UPDATE sounds SET note = 'x'")


def test_a_damaged_backup_is_not_gone_back_to(tmp_path: Path) -> None:
    file = tmp_path / "library.db"
    with closing(Database(file)) as database:
        fill(database)
        database.back_up()
        tear(database.backup_file)
    tear(file)
    with closing(Database(file)) as database:
        assert "made again from the recipes" in database.notice
        assert count(database) == 0


def test_after_a_backup_no_sound_has_the_embedding_of_another(tmp_path: Path) -> None:
    file = tmp_path / "library.db"
    unit = np.eye(2, dtype=np.float32)
    with closing(Library(file)) as library:
        first, second = add_clips(library, tmp_path / "out")
        library.vectors.add("enc", [first, second], unit)
        library.database.back_up()
        library.vectors.add("enc", [second, first], unit)
    file.write_bytes(b"no database at all" * 500)
    with closing(Library(file)) as library:
        assert library.nearest("enc", unit[0], top=2) == []
        assert len(library.vectors.missing("enc", 1)) == 2


def test_what_the_caller_did_wrong_is_no_damage(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "library.db")) as database:
        fill(database)
        with pytest.raises(sqlite3.IntegrityError), database.writing() as connection:
            connection.execute("INSERT INTO folders (kind, path) VALUES ('made', '/kept')")


def test_a_place_that_cannot_be_written_gives_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be used"):
        Database(tmp_path / "file" / "library.db")


def test_a_backup_is_made_again_after_a_day(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "library.db")) as database:
        assert database.back_up() is True
        hour = 3_600
        now = database.backup_file.stat().st_mtime
        os.utime(database.backup_file, (now - 23 * hour, now - 23 * hour))
        assert database.back_up() is False
        os.utime(database.backup_file, (now - 25 * hour, now - 25 * hour))
        assert database.back_up() is True
        assert database.notice == ""


def add_and_stop(database: Database) -> None:
    with database.writing() as connection:
        connection.execute("INSERT INTO folders (kind, path) VALUES ('made', '/half')")
        raise KeyboardInterrupt


def test_a_transaction_that_raises_leaves_nothing(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "library.db")) as database:
        with pytest.raises(KeyboardInterrupt):
            add_and_stop(database)
        assert folder_paths(database) == []
        with pytest.raises(OutputError, match="cannot be used"), database.writing() as connection:
            connection.execute("INSERT INTO no_such_table VALUES (1)")


def test_each_thread_has_a_connection_that_is_closed_with_the_database(tmp_path: Path) -> None:
    database = Database(tmp_path / "library.db")
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(database.connection).result()
    assert other is not database.connection()
    assert database.connection() is database.connection()
    assert other.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert other.execute("PRAGMA synchronous").fetchone() == (1,)
    database.close()
    with pytest.raises(sqlite3.ProgrammingError):
        other.execute("SELECT 1")
    assert folder_paths(database) == []  # opened again where it is needed
    database.close()


def test_every_damaged_file_is_kept_under_a_name_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "library.db"
    for number in (1, 2):
        file.write_bytes(b"no database at all" * 500)
        with closing(Database(file)) as database:
            assert f"kept as library.db.damaged-{number}." in database.notice


def test_a_library_is_made_in_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "new" / "deep" / "library.db")) as database:
        assert database.file.is_file() and database.notice == ""
