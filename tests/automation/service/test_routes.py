"""What each address of the service answers."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from service_client import ended, events_of, wait_for_phase
from starlette.testclient import TestClient

import qvim_studio
from qvim_studio.automation.service.work_queue import WorkQueue
from qvim_studio.automation.studio import Studio

TONE = 0.5 * np.sin(np.arange(9600) / 5)


def wav() -> bytes:
    file = io.BytesIO()
    soundfile.write(file, TONE, 48_000, format="WAV")
    return file.getvalue()


def test_health_says_the_version_and_how_much_waits(client: TestClient) -> None:
    answer = client.get("/v1/health").json()
    assert answer == {"version": qvim_studio.__version__, "waiting": 0, "running": 0}


def test_checkpoints_are_listed(client: TestClient) -> None:
    assert client.get("/v1/checkpoints").json()["checkpoints"][0]["id"] == "starter"


def test_a_request_becomes_a_job_with_files_and_recipes(client: TestClient, places: Path) -> None:
    facts = ended(client, text="dog", variations=2, seed=7, duration_s=0.3)
    assert facts["state"] == "finished" and facts["error"] is None
    paths = [Path(clip["path"]) for clip in facts["clips"]]
    assert paths == [places / "made" / f"dog_0{number}.wav" for number in (1, 2)]
    assert [clip["recipe"]["seed"] for clip in facts["clips"]] == [7, 8]
    job = facts["job"]
    assert client.get(f"/v1/jobs/{job}").json() == facts
    sound = client.get(f"/v1/jobs/{job}/sounds/2")
    assert sound.headers["content-type"] == "audio/wav"
    assert sound.content == paths[1].read_bytes()
    for number in (0, 3):
        assert client.get(f"/v1/jobs/{job}/sounds/{number}").status_code == 404


def test_the_stream_tells_progress_and_then_the_end(client: TestClient) -> None:
    job = client.post("/v1/generate", json={"text": "dog", "duration_s": 0.3}).json()["job"]
    stream = client.get(f"/v1/jobs/{job}/events")
    assert stream.headers["content-type"].startswith("text/event-stream")
    reported = events_of(client, job)
    assert {name for name, _ in reported[:-1]} <= {"progress"} and reported[-1][0] == "end"
    assert reported[-1][1]["progress"] == {"phase": "decode", "step": 1, "steps": 1}


def test_an_uploaded_take_is_imitated(client: TestClient, places: Path) -> None:
    sent = client.post("/v1/takes?name=../dog bark.wav", content=wav())
    assert sent.status_code == 201 and sent.json()["duration_s"] == 0.2
    take = Path(sent.json()["take"])
    assert take.is_relative_to(places / "uploads") and take.name == "dog_bark.wav"
    facts = ended(client, take=str(take), variations=1)
    assert Path(facts["clips"][0]["path"]).name == "dog_bark_01.wav"
    assert facts["clips"][0]["kind"] == 5


def test_an_upload_that_is_no_sound_is_refused_and_removed(
    client: TestClient, places: Path
) -> None:
    sent = client.post("/v1/takes?name=dog.wav", content=b"no sound at all")
    assert sent.status_code == 422 and "dog.wav" in sent.json()["error"]
    assert list((places / "uploads").iterdir()) == []


def test_an_upload_that_the_disk_does_not_take_is_one_sentence(
    client: TestClient, places: Path
) -> None:
    (places / "uploads").rmdir()
    (places / "uploads").touch()
    sent = client.post("/v1/takes?name=dog.wav", content=wav())
    assert sent.status_code == 507 and "Nothing can be written to" in sent.json()["error"]


def test_the_oldest_upload_makes_room(client: TestClient, places: Path) -> None:
    for name in ("one", "two", "three"):
        assert client.post(f"/v1/takes?name={name}.wav", content=wav()).status_code == 201
    assert len(list((places / "uploads").iterdir())) == 2


def test_an_upload_that_vanishes_meanwhile_is_no_fault(client: TestClient, places: Path) -> None:
    (places / "uploads" / "vanished").symlink_to(places / "nowhere")
    assert client.post("/v1/takes?name=dog.wav", content=wav()).status_code == 201


def test_a_take_of_an_allowed_folder_is_named_by_its_path(client: TestClient, places: Path) -> None:
    (places / "sounds" / "hiss.wav").write_bytes(wav())
    facts = ended(client, take=str(places / "sounds" / "hiss.wav"), variations=1)
    assert facts["state"] == "finished"


@pytest.mark.parametrize("field", ["take", "timbre", "start_from", "library", "checkpoint"])
def test_a_path_outside_the_allowed_folders_is_forbidden(
    client: TestClient, places: Path, field: str
) -> None:
    (places / "private" / "hiss.wav").write_bytes(wav())
    (places / "sounds" / "link").symlink_to(places / "private")
    for way in ("private", "sounds/../private", "sounds/link"):
        name = str(places / way / "hiss.wav")
        sent = client.post("/v1/generate", json={"text": "x", field: name})
        assert sent.status_code == 403 and "outside the folders" in sent.json()["error"]
    sent = client.post("/v1/generate", json={"text": "x", field: "../hiss.wav"})
    assert sent.status_code == 422 and "absolute" in sent.json()["error"]


# What each address needs besides what is asked for below; SOUND is a file of an allowed folder.
OF_SOUNDS = {
    "edit": {"sound": "SOUND", "parts": [[0.05, 0.15]]},
    "vary": {"sound": "SOUND"},
    "restyle": {"sound": "SOUND", "text": "rain"},
    "morph": {"sound": "SOUND", "other": "SOUND"},
    "upscale": {"sound": "SOUND", "upscaler": "audiosr-basic"},
    "kits": {"take": "SOUND"},
}


@pytest.fixture
def sound(places: Path) -> str:
    (places / "sounds" / "hiss.wav").write_bytes(wav())
    return str(places / "sounds" / "hiss.wav")


def asked_with(address: str, path: str, /, **more: object) -> dict[str, object]:
    return {
        name: path if value == "SOUND" else value
        for name, value in {**OF_SOUNDS[address], **more}.items()
    }


@pytest.mark.usefixtures("any_upscaler")
@pytest.mark.parametrize(
    ("address", "more", "stem"),
    [
        ("edit", {}, "hiss_edited_01"),
        ("edit", {"parts": None, "continue_s": 1.5, "imitation": "SOUND"}, "hiss_edited_01"),
        ("vary", {}, "hiss_varied_01"),
        ("restyle", {"timbre": "SOUND"}, "hiss_restyled_01"),
        ("morph", {"at": None}, "hiss_to_hiss_01"),
        ("upscale", {"known_hz": 7000.0}, "hiss_upscaled_01"),
    ],
)
def test_sounds_are_made_of_a_sound(
    client: TestClient, places: Path, sound: str, address: str, more: dict[str, object], stem: str
) -> None:
    one = {} if address == "upscale" else {"variations": 1}
    begun = client.post(f"/v1/{address}", json=asked_with(address, sound, seed=7, **one, **more))
    assert begun.status_code == 202, begun.text
    facts = events_of(client, begun.json()["job"])[-1][1]
    assert (facts["kind"], facts["state"], facts["error"]) == (address, "finished", None)
    (clip,) = facts["clips"]
    assert Path(clip["path"]) == places / "made" / f"{stem}.wav" and clip["recipe"]["seed"] == 7


def test_a_take_becomes_a_kit(client: TestClient, places: Path, sound: str) -> None:
    begun = client.post("/v1/kits", json={"take": sound, "text": "dog", "variations": 2})
    facts = events_of(client, begun.json()["job"])[-1][1]
    assert (facts["kind"], facts["state"]) == ("kit", "finished")
    assert Path(facts["folder"]) == places / "made" / "kits" / "hiss"
    assert len(facts["sounds"]) == 1 and len(facts["sounds"][0]) == 2 and facts["presets"]


def test_a_kit_that_is_cancelled_keeps_its_finished_sounds(
    client: TestClient, queue: WorkQueue, sound: str
) -> None:
    asked = {"take": sound, "text": "2 then wait", "variations": 3}
    job = client.post("/v1/kits", json=asked).json()["job"]
    wait_for_phase(queue.find(job), "denoise, sound 1 of 1")
    client.delete(f"/v1/jobs/{job}")
    facts = events_of(client, job)[-1][1]
    assert facts["state"] == "cancelled" and len(facts["sounds"][0]) == 2


@pytest.mark.parametrize("address", OF_SOUNDS)
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Authorization": ""}, 401),
    ],
)
def test_a_foreign_request_for_sounds_of_sounds_is_refused(
    client: TestClient, sound: str, address: str, headers: dict[str, str], status: int
) -> None:
    sent = client.post(f"/v1/{address}", json=asked_with(address, sound), headers=headers)
    assert sent.status_code == status and client.get("/v1/health").json()["waiting"] == 0


@pytest.mark.parametrize(
    ("address", "field"),
    [
        *((address, "sound") for address in OF_SOUNDS if address != "kits"),
        *((address, "timbre") for address in OF_SOUNDS if address != "upscale"),
        ("edit", "imitation"),
        ("morph", "other"),
        ("upscale", "upscaler"),
        ("kits", "take"),
        ("kits", "checkpoint"),
    ],
)
def test_a_path_outside_is_forbidden_wherever_a_sound_is_named(
    client: TestClient, places: Path, sound: str, address: str, field: str
) -> None:
    (places / "private" / "hiss.wav").write_bytes(wav())
    (places / "sounds" / "link").symlink_to(places / "private")
    for way in ("private", "sounds/../private", "sounds/link"):
        name = str(places / way / "hiss.wav")
        sent = client.post(f"/v1/{address}", json=asked_with(address, sound, **{field: name}))
        assert sent.status_code == 403 and "outside the folders" in sent.json()["error"]


@pytest.mark.parametrize(
    ("address", "more", "message"),
    [
        ("edit", {"parts": None}, "one of them alone"),
        ("edit", {"continue_s": 1.0}, "one of them alone"),
        ("edit", {"parts": [[0.1]]}, "a begin and an end in seconds"),
        ("edit", {"parts": [["a", 1]]}, "a begin and an end in seconds"),
        ("edit", {"parts": [[2.0, 3.0]]}, "within the sound"),
        ("edit", {"sound": None}, "sound takes a text"),
        ("vary", {"sound": ""}, "absolute"),
        ("vary", {"parts": []}, "no field 'parts'"),
        ("restyle", {"text": ""}, "what the sound should become"),
        ("morph", {"at": 2.0}, "must lie between 0.0 and 1.0"),
        ("morph", {"other": "hiss.wav"}, "absolute"),
        ("upscale", {"vram_mode": "tiny"}, "takes one of auto"),
        ("kits", {"take": 5}, "take takes a text"),
    ],
)
def test_an_impossible_wish_for_sounds_of_sounds_is_one_sentence(
    client: TestClient, sound: str, address: str, more: dict[str, object], message: str
) -> None:
    sent = client.post(f"/v1/{address}", json=asked_with(address, sound, **more))
    assert (sent.status_code, message in sent.json()["error"]) == (422, True), sent.text


def test_what_is_missing_is_named(client: TestClient) -> None:
    for address, name in (("vary", "sound"), ("morph", "sound"), ("kits", "take")):
        sent = client.post(f"/v1/{address}", json={})
        assert sent.status_code == 422 and f"needs {name}, got none" in sent.json()["error"]


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({}, 422, "neither an imitation nor a text"),
        ({"text": "x", "variations": 99}, 422, "variations must lie between"),
        ({"text": "x", "variations": "many"}, 422, "variations takes a whole number"),
        ({"text": "x", "loudness": 1}, 422, "no field 'loudness'"),
        ({"text": "x", "checkpoint": "nope"}, 404, "There is no checkpoint 'nope'"),
        (["x"], 400, "expected a JSON object"),
    ],
)
def test_an_impossible_request_is_refused_in_one_sentence(
    client: TestClient, body: object, status: int, message: str
) -> None:
    sent = client.post("/v1/generate", json=body)
    assert (sent.status_code, message in sent.json()["error"]) == (status, True)


def test_what_is_no_json_is_refused(client: TestClient) -> None:
    sent = client.post("/v1/generate", content=b"{")
    assert sent.status_code == 400 and "no JSON" in sent.json()["error"]


def test_an_unknown_address_or_method_is_answered_in_a_sentence(client: TestClient) -> None:
    assert client.get("/docs").status_code == 404
    assert "nothing at this address: GET /docs" in client.get("/docs").json()["error"]
    assert client.get("/v1/generate").status_code == 405
    assert "There is no job 'x'" in client.get("/v1/jobs/x").json()["error"]


@pytest.mark.parametrize(
    ("text", "message"), [("fail", "The checkpoint is gone."), ("bug", "inside QVIM Studio")]
)
def test_a_job_that_fails_says_why(client: TestClient, text: str, message: str) -> None:
    facts = ended(client, text=text)
    assert facts["state"] == "failed" and message in facts["error"]


def test_a_cancel_ends_the_job_and_keeps_its_finished_sounds(
    client: TestClient, queue: WorkQueue
) -> None:
    job = client.post("/v1/generate", json={"text": "2 then wait", "duration_s": 0.3}).json()["job"]
    wait_for_phase(queue.find(job), "denoise")
    assert client.delete(f"/v1/jobs/{job}").status_code == 202
    facts = events_of(client, job)[-1][1]
    assert facts["state"] == "cancelled" and len(facts["clips"]) == 2
    assert all(Path(clip["path"]).is_file() for clip in facts["clips"])
    assert facts["notes"] == ["Stopped: 2 of 4 sounds were made."]


def test_a_job_that_waits_is_cancelled_at_once(client: TestClient) -> None:
    first, second = (
        client.post("/v1/generate", json={"text": text, "duration_s": 0.3}).json()["job"]
        for text in ("wait", "dog")
    )
    assert client.delete(f"/v1/jobs/{second}").json()["state"] == "cancelled"
    assert client.get("/v1/health").json()["waiting"] == 0
    client.delete(f"/v1/jobs/{first}")


def test_a_search_answers_with_paths(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, object] = {}

    def search(studio: Studio, **how: object) -> list[object]:
        asked.update(how)
        return []

    monkeypatch.setattr(Studio, "search", search)
    answer = client.post("/v1/search", json={"text": "rain", "limit": 3})
    assert answer.status_code == 200 and answer.json()["results"] == []
    assert asked == {"text": "rain", "limit": 3}


def test_an_impossible_search_has_the_status_of_its_error(client: TestClient) -> None:
    answer = client.post("/v1/search", json={})
    assert answer.status_code == 422 and "nor words" in answer.json()["error"]


def test_made_sounds_become_a_pack(client: TestClient, places: Path) -> None:
    facts = ended(client, text="dog", variations=1, duration_s=0.3)
    sounds = [clip["path"] for clip in facts["clips"]]
    wanted = {"sounds": sounds, "name": "Breath", "creator": "MK", "source": "QVIM"}
    answer = client.post("/v1/packs", json=wanted)
    assert answer.status_code == 200, answer.text
    assert Path(answer.json()["archive"]).is_relative_to(places / "made" / "packs")
    missing = client.post("/v1/packs", json={"sounds": sounds})
    assert missing.status_code == 422 and "name, creator, source" in missing.json()["error"]


def test_a_full_queue_refuses_more(client: TestClient, queue: WorkQueue) -> None:
    client.post("/v1/generate", json={"text": "wait"})
    statuses = [client.post("/v1/generate", json={"text": "x"}).status_code for _ in range(20)]
    assert set(statuses) == {202, 503}
    queue.cancel_all()


def test_answers_are_json_with_all_letters(client: TestClient) -> None:
    sent = client.post("/v1/generate", json={"text": "Tür", "variations": 0})
    assert json.loads(sent.content)["error"]
    assert "ü" in client.post("/v1/generate", json={"take": "/ü"}).text
