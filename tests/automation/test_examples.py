"""The examples of the guide run against the service; REAPER and Live themselves stand in."""

from __future__ import annotations

import re
import shlex
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from lupa.lua54 import LuaRuntime
from service_client import TOKEN
from starlette.testclient import TestClient

from qvim_studio.assembly import user_paths
from qvim_studio.core.program.resources import resource_path

EXAMPLES = resource_path("guide", "automation_examples")


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / 'dog "bark" ü.wav'
    soundfile.write(path, 0.5 * np.sin(np.arange(24_000) / 5), 48_000)
    return path


@pytest.fixture(autouse=True)
def token_file() -> Path:
    """Where serve keeps it, and where the examples look."""
    file = user_paths().token_file
    file.parent.mkdir(parents=True)
    file.write_text(f"Authorization: Bearer {TOKEN}\n")
    return file


class FakeReaper:
    """What the script calls of REAPER; curl is a test client of the service.

    item: seconds of its begin in the file, its length (0 selects none), and its play rate.
    """

    def __init__(self, client: TestClient, file: Path, item: tuple[float, float, float]) -> None:
        self._client, self._file, self._item = client, file, item
        self._waiting: list[Any] = []
        self._now_s = 0.0
        self.typed = "metal door\n1"
        self.shown: list[str] = []
        self.inserted: list[str] = []

    def run(self) -> None:
        lua = LuaRuntime(unpack_returned_tuples=True)
        lua.globals().reaper = self
        lua.execute((EXAMPLES / "reaper_sound_from_item.lua").read_text(encoding="utf-8"))
        while self._waiting:
            self._now_s += 0.2
            self._waiting.pop()()

    def GetOS(self) -> str:
        return "Other"

    def ShowMessageBox(self, text: str, title: str, kind: int) -> None:
        self.shown.append(text)

    def GetSelectedMediaItem(self, project: int, number: int) -> object:
        return None if self._item[1] == 0.0 else "item"

    def GetActiveTake(self, item: object) -> object:
        return "take"

    def TakeIsMIDI(self, take: object) -> bool:
        return False

    def GetMediaItemTake_Source(self, take: object) -> object:
        return "source"

    def GetMediaItemTakeInfo_Value(self, take: object, name: str) -> float:
        return {"D_STARTOFFS": self._item[0], "D_PLAYRATE": self._item[2]}[name]

    def GetMediaItemInfo_Value(self, item: object, name: str) -> float:
        return {"D_LENGTH": self._item[1]}[name]

    def GetMediaSourceLength(self, source: object) -> float:
        return 0.5

    def GetMediaSourceFileName(self, source: object, buffer: str) -> str:
        return str(self._file)

    def GetUserInputs(self, title: str, count: int, captions: str, given: str) -> Any:
        return (True, self.typed)

    def GetResourcePath(self) -> str:
        return str(self._file.parent)

    def time_precise(self) -> float:
        return self._now_s

    def defer(self, look: Any) -> None:
        self._waiting.append(look)

    def InsertMedia(self, path: str, mode: int) -> None:
        self.inserted.append(path)

    def UpdateArrange(self) -> None:
        pass

    def ExecProcess(self, command: str, timeout_ms: int) -> str:
        """As curl answers; the file's name may hold quotes that a shell would read."""
        quoted = command.replace(str(self._file), "FILE")
        program, *words, address = shlex.split(quoted)
        assert program == "/usr/bin/curl"
        name, _, value = Path(words[words.index("-H") + 1][1:]).read_text().strip().partition(": ")
        headers = {name: value}
        if "--data-binary" not in words:
            return f"0\n{self._client.get(address, headers=headers).text}"
        file = words[words.index("--data-binary") + 1][1:]
        body = (self._file if file == "FILE" else Path(file)).read_bytes()
        return f"0\n{self._client.post(address, content=body, headers=headers).text}"


def test_the_script_for_reaper_inserts_a_sound_of_the_selected_item(
    client: TestClient, recording: Path, places: Path
) -> None:
    reaper = FakeReaper(client, recording, (0.0, 0.5, 1.0))
    reaper.run()
    assert reaper.shown == []
    (made,) = reaper.inserted
    assert Path(made).is_relative_to(places / "made") and Path(made).is_file()
    assert not (recording.parent / "qvim-studio-request.json").exists()


@pytest.mark.parametrize(
    ("item", "typed", "message"),
    [
        ((0.0, 0.0, 1.0), "\n1", "Select an audio item"),
        ((0.1, 0.4, 1.0), "\n1", "Glue it first"),
        ((0.0, 0.3, 1.0), "\n1", "Glue it first"),
        ((0.0, 0.5, 1.0), "\nmany", "in digits"),
        ((0.0, 0.5, 1.0), "fail\n1", "The checkpoint is gone."),
        ((0.0, 0.5, 1.0), "\n99", "variations must lie between"),
    ],
)
def test_the_script_for_reaper_says_what_is_wrong(
    client: TestClient,
    recording: Path,
    item: tuple[float, float, float],
    typed: str,
    message: str,
) -> None:
    reaper = FakeReaper(client, recording, item)
    reaper.typed = typed
    reaper.run()
    assert len(reaper.shown) == 1 and message in reaper.shown[0] and reaper.inserted == []


def test_an_item_at_another_rate_is_a_whole_file_still(client: TestClient, recording: Path) -> None:
    reaper = FakeReaper(client, recording, (0.0, 0.25, 2.0))
    reaper.run()
    assert len(reaper.inserted) == 1


@pytest.fixture
def live() -> Any:
    spec = spec_from_file_location("live_folder", EXAMPLES / "live_folder.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_script_for_live_puts_sounds_of_a_recording_into_a_folder(
    live: Any, client: TestClient, recording: Path, tmp_path: Path, token_file: Path
) -> None:
    class Connected(live.StudioService):
        def send(self, address: str, body: bytes | None = None) -> bytes:
            method = "GET" if body is None else "POST"
            answer = client.request(method, f"/v1{address}", content=body, headers=self._headers)
            if answer.is_error:
                raise live.ServiceError(answer.json()["error"])
            return answer.content

    del client.headers["Authorization"]
    assert live.default_token_file() == token_file
    service, sounds = Connected(token_file), tmp_path / "browser"
    sounds.mkdir()
    made = service.imitate(recording, "metal door", 2, sounds)
    assert [soundfile.info(path).samplerate for path in made] == [48_000, 48_000]
    assert made[0].parent == sounds
    with pytest.raises(live.ServiceError, match="The checkpoint is gone"):
        service.imitate(recording, "fail", 1, sounds)


def test_a_recording_counts_when_it_grows_no_more(live: Any, tmp_path: Path) -> None:
    (tmp_path / "old.wav").write_bytes(b"1")
    sizes = dict.fromkeys(tmp_path.iterdir())
    new = tmp_path / "new.aif"
    looks = []
    for content in (b"", b"1", b"12", b"12", b"12"):
        new.write_bytes(content)
        (tmp_path / "notes.txt").write_bytes(content)
        looks.append(live.finished_files(tmp_path, sizes))
    assert looks == [[], [], [], [new], []]


def test_the_examples_say_what_they_were_not_run_in() -> None:
    texts = [path.read_text(encoding="utf-8") for path in EXAMPLES.iterdir() if path.is_file()]
    assert len(texts) == 2
    message = [re.sub(r"\s+(-- )?", " ", text) for text in texts]
    assert all("not run inside REAPER" in text or "not run beside Live" in text for text in message)
