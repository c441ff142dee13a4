"""Words that people say for sounds, in espeak-ng's phoneme notation, as a second and different
renderer."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from qvim_studio.audio.files.reading import read_audio
from qvim_studio.audio.trim import trim_take
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import AudioFileError, StudioError, reason_of

VOICES = ("en+m3", "en+f2", "en+croak")  # evaluation's own, which nothing learns from
TEACHING_VOICES = ("en+m1", "en+f4", "en+m7", "en+f1")
NORMAL_PITCH = 50  # of 0..99
SPEECH_TIMEOUT_S = 30

ONOMATOPOEIA: dict[str, tuple[str, ...]] = {
    "animal": ("w'Uf w'Uf", "mj'aU"),
    "bell": ("d'INN", "t'INN t'INN"),
    "bow": ("tw'aNN",),
    "brass": ("b@p'a:", "t@d'a:"),
    "click": ("kl'Ik", "t'k"),
    "coin": ("tS'INN", "kl'INN"),
    "crowd": ("S'aaa", "h'3:::"),
    "cymbal": ("ts':::", "tS's:::"),
    "door close": ("dZ'@m", "b'am"),
    "door open": ("kr'i::k", "i:::k"),
    "electronic blip": ("bl'Ip", "b'i:p"),
    "electronic drum": ("b'u:m", "t's"),
    "engine": ("vr'u::m", "br'3:::"),
    "explosion": ("b'u:::m", "kX'u:::"),
    "flame": ("f'u::S",),
    "flesh hit": ("p'aU", "d'US"),
    "footstep": ("t'ap t'ap", "kl'Op kl'Op"),
    "footstep grass": ("S'@ S'@", "kS' kS'"),
    "footstep gravel": ("kr'@ntS kr'@ntS",),
    "footstep water": ("spl'OS spl'OS",),
    "glass smash": ("kS'INN", "kr'aSS"),
    "guitar": ("dr'INN", "tw'aNN"),
    "gun": ("b'aN", "p'aU"),
    "gun reload": ("kl'Ik kl'ak", "tS'@k tS'@k"),
    "hand drum": ("d'Um", "t'Ok"),
    "hi-hat": ("t's", "ts':"),
    "horn": ("h'ONNN", "t'u:::t"),
    "hyperdrive": ("w'u:::S", "z'u:::m"),
    "jump": ("b'OINN", "w'u:p"),
    "kick drum": ("b'u:m", "d'Um"),
    "laser": ("pj'u:", "z'ap"),
    "monster": ("gr':::", "r'O:::r"),
    "power up": ("w'i::p", "b'u::w'i::p"),
    "rain": ("S':::::", "ps':::::"),
    "rocket": ("f'S:::u:", "w'u:::S"),
    "scratch": ("w'Ik@ w'Ik@",),
    "shaker": ("tS'@ tS'@", "S'S S'S"),
    "siren": ("w'i:u: w'i:u:", "n'i:n'O: n'i:n'O:"),
    "snare drum": ("k'a", "p'S"),
    "stick": ("t'Ok", "t'Ik"),
    "sword swing": ("sw'IS", "f'u:S"),
    "thunder": ("br'u:::m", "kr'a:::k"),
    "tom": ("d'u:m", "d'Um d'Um"),
    "voice": ("'aaa:::", "'aU"),
    "water": ("spl'aS", "bl'Ub bl'Ub"),
    "wind": ("w'u::::S", "f'u::::"),
    "wood smash": ("kr'ak", "kr'@ntS"),
}


def speak(phonemes: str, voice: str, pitch: int = NORMAL_PITCH) -> AudioClip:
    """The synthesizer's sound of the phonemes, trimmed. Raises StudioError if it fails."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spoken.wav"
        command = ["espeak-ng", "-v", voice, "-p", str(pitch), "-w", str(path), f"[[{phonemes}]]"]
        try:
            subprocess.run(command, check=True, timeout=SPEECH_TIMEOUT_S)
            return trim_take(read_audio(path))
        except (OSError, subprocess.SubprocessError, AudioFileError) as error:
            raise StudioError(
                f"espeak-ng could not speak {phonemes!r}: {reason_of(error)}. On Debian: apt "
                "install espeak-ng."
            ) from error
