"""QVIM Studio beside Ableton Live: every new recording in a folder is imitated.

Only devices of Max for Live and control surfaces put files into a set of Live, so this script works
with folders. Add SOUNDS to Live's browser (Places > Add Folder): new sounds appear there, ready to
be dragged into a track. RECORDINGS is where Live records to, such as "Samples/Recorded" of a
project.

    qvim-studio serve
    python3 live_folder.py RECORDINGS SOUNDS --words "metal door" --variations 4

It needs Python 3.10 and nothing else. The tests run it against the service. It was not run beside
Live itself.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

ADDRESS = "http://127.0.0.1:8480/v1"  # of qvim-studio serve
ENDINGS = (".wav", ".aif", ".aiff", ".flac")
LOOK_EVERY_S = 1.0


class ServiceError(Exception):
    """What the service says, in a sentence."""


class StudioService:
    """Requests to the service on this computer."""

    def __init__(self, token_file: Path) -> None:
        name, _, value = token_file.read_text(encoding="ascii").strip().partition(": ")
        self._headers = {name: value}
        # a proxy would get the token
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def send(self, address: str, body: bytes | None = None) -> bytes:
        """The answer to a GET, or with a body to a POST. Raises ServiceError."""
        request = urllib.request.Request(f"{ADDRESS}{address}", body, self._headers)
        try:
            with self._opener.open(request) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            raise ServiceError(json.loads(error.read())["error"]) from error
        except OSError as error:
            text = "The service does not answer. Start it with: qvim-studio serve"
            raise ServiceError(text) from error

    def imitate(self, recording: Path, words: str, variations: int, sounds: Path) -> list[Path]:
        """Make sounds of a recording and put them into a folder; their paths, best match first."""
        name = urllib.parse.quote(recording.name, safe="")
        taken = json.loads(self.send(f"/takes?name={name}", recording.read_bytes()))
        asked = {"take": taken["take"], "text": words, "variations": variations}
        job = json.loads(self.send("/generate", json.dumps(asked).encode()))["job"]
        self.send(f"/jobs/{job}/events")  # the stream ends when the job does
        facts = json.loads(self.send(f"/jobs/{job}"))
        if facts["error"]:
            raise ServiceError(facts["error"])
        made = []
        for number, clip in enumerate(facts["clips"], 1):
            path = sounds / Path(clip["path"]).name
            while path.exists():
                path = path.with_stem(f"{path.stem}-2")
            path.write_bytes(self.send(f"/jobs/{job}/sounds/{number}"))
            made.append(path)
        return made


def finished_files(folder: Path, sizes: dict[Path, int | None]) -> list[Path]:
    """Files that came since the last look and grow no more.

    sizes: in bytes, kept from look to look; None for a file that is left alone from now on.
    """
    found = []
    for path in sorted(folder.iterdir()):
        size, before = path.stat().st_size, sizes.get(path, -1)
        if path.suffix.lower() not in ENDINGS or before is None:
            continue
        is_finished = size > 0 and size == before
        sizes[path] = None if is_finished else size
        if is_finished:
            found.append(path)
    return found


def default_token_file() -> Path:
    """Where qvim-studio serve keeps its token."""
    if sys.platform == "win32":
        data = Path(os.environ["LOCALAPPDATA"])
    elif sys.platform == "darwin":
        data = Path.home() / "Library" / "Application Support"
    else:
        data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return data / "qvim-studio" / "service-token"


def main() -> None:
    parser = argparse.ArgumentParser(description="imitate every new recording of a folder")
    parser.add_argument("recordings", type=Path)
    parser.add_argument("sounds", type=Path)
    parser.add_argument("--words", default="")
    parser.add_argument("--variations", type=int, default=4)
    options = parser.parse_args()
    options.sounds.mkdir(parents=True, exist_ok=True)
    service = StudioService(default_token_file())
    sizes: dict[Path, int | None] = dict.fromkeys(options.recordings.iterdir())
    while True:
        for recording in finished_files(options.recordings, sizes):
            try:
                made = service.imitate(recording, options.words, options.variations, options.sounds)
            except ServiceError as error:
                print(f"{recording.name}: {error}")
                continue
            print(f"{recording.name}: {', '.join(path.name for path in made)}")
        time.sleep(LOOK_EVERY_S)


if __name__ == "__main__":
    main()
