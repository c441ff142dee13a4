"""A private PulseAudio for tests: no hardware, no D-Bus, as root or as a user."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

# PortAudio sees ALSA devices; these lead into the private server. "qvim_mic" is a microphone into
# which "qvim_mic_feed" plays; "qvim_speakers_monitor" hears what "qvim_speakers" plays.
ASOUND_CONF = """
</usr/share/alsa/alsa.conf>
pcm.!default { type pulse hint { show on description "Default" } }
ctl.!default { type pulse }
pcm.qvim_speakers { type pulse device "speakers" hint { show on description "Test speakers" } }
pcm.qvim_mic { type pulse device "microphone" hint { show on description "Test microphone" } }
"""
MICROPHONE = "module-remap-source master=feed.monitor source_name=microphone"
MODULES = (
    "module-native-protocol-unix socket={folder}/pulse.sock auth-anonymous=1",
    "module-null-sink sink_name=speakers rate=48000 channels=2",
    "module-null-sink sink_name=feed rate=48000 channels=1",
    MICROPHONE,
)
# In ALSA's order: the server mixes channels together where their places differ.
FOUR_INPUTS = "channels=4 channel_map=front-left,front-right,rear-left,rear-right"
INTERFACE = (
    f"module-null-sink sink_name=interface_feed rate=48000 {FOUR_INPUTS}",
    f"module-remap-source master=interface_feed.monitor source_name=interface {FOUR_INPUTS}",
)
START_TIMEOUT_S = 10.0


def is_available() -> bool:
    """Is PulseAudio with its ALSA plug-in installed?"""
    programs = all(shutil.which(name) for name in ("pulseaudio", "pactl", "pacat", "parec"))
    return programs and any(Path("/usr/lib").rglob("libasound_module_pcm_pulse.so"))


class SoundServer:
    """Running from birth to ``stop``; ``environment`` leads programs to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        runtime = folder / "run"
        runtime.mkdir(mode=0o700)
        (folder / "asound.conf").write_text(ASOUND_CONF)
        self.environment = {
            "PULSE_SERVER": f"unix:{folder}/pulse.sock",
            "ALSA_CONFIG_PATH": str(folder / "asound.conf"),
        }
        self._clients: list[subprocess.Popen[bytes]] = []
        self._interface: list[str] = []
        self.start()

    def start(self) -> None:
        """Also another time, after ``kill``."""
        folder = self.folder
        own = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder / "run")}
        base = {k: v for k, v in os.environ.items() if k != "PULSE_SERVER"}
        command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1"]
        command += ["--use-pid-file=no", "--disable-shm=yes", "--log-level=error"]
        for module in MODULES:
            command += ["-L", module.format(folder=folder)]
        self.process = subprocess.Popen(
            command, env=base | own, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._wait_until_ready()
        self.control("set-default-sink", "speakers")
        self.control("set-default-source", "microphone")

    def control(self, *arguments: str) -> str:
        """What the server answers."""
        command = ["pactl", *arguments]
        answer = subprocess.run(command, env=self._client(), check=True, capture_output=True)
        return answer.stdout.decode()

    def speak(self, samples: bytes) -> subprocess.Popen[bytes]:
        """Play 48 kHz mono float32 into the microphone."""
        return self._play(samples, "--device=feed", "--channels=1")

    def whistle(self) -> None:
        """Play a tone into the microphone until the end."""
        self.control("load-module", "module-sine", "sink=feed", "frequency=440")

    def speak_into_interface(self, samples: bytes) -> subprocess.Popen[bytes]:
        """Play 48 kHz float32 of four channels into the inputs of the interface."""
        options = [f"--{option.replace('_', '-')}" for option in FOUR_INPUTS.split()]
        return self._play(samples, "--device=interface_feed", *options)

    def _play(self, samples: bytes, *options: str) -> subprocess.Popen[bytes]:
        form = ["--format=float32le", "--rate=48000", "--latency-msec=50"]
        process = subprocess.Popen(
            ["pacat", "--playback", *form, *options],
            env=self._client(),
            stdin=subprocess.PIPE,
        )
        self._clients.append(process)
        process.stdin.write(samples)
        process.stdin.close()
        return process

    def listen(self, target: Path) -> subprocess.Popen[bytes]:
        """Record what the speakers play as 48 kHz mono float32 until terminated."""
        options = ["--format=float32le", "--rate=48000", "--channels=1", "--latency-msec=50"]
        with target.open("wb") as file:
            process = subprocess.Popen(
                ["parec", "--device=speakers.monitor", *options], env=self._client(), stdout=file
            )
        self._clients.append(process)
        return process

    def plug_in(self) -> None:
        """The microphone, after "unload-module module-remap-source" took it away."""
        self.control("load-module", *MICROPHONE.split())
        self.control("set-default-source", "microphone")

    def plug_in_interface(self) -> None:
        """An audio interface with four inputs, which becomes the system's default microphone."""
        self._interface = [self.control("load-module", *each.split()) for each in INTERFACE]
        self.control("set-default-source", "interface")

    def unplug_interface(self) -> None:
        self.control("set-default-source", "microphone")
        for number in reversed(self._interface):
            self.control("unload-module", number.strip())

    def kill(self) -> None:
        """As a crash ends it."""
        self.process.kill()
        self.process.wait()
        (self.folder / "pulse.sock").unlink()

    def stop(self) -> None:
        for process in (*self._clients, self.process):
            process.kill()
            process.wait()

    def _client(self) -> dict[str, str]:
        return os.environ | self.environment

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            probe = subprocess.run(["pactl", "info"], env=self._client(), capture_output=True)
            if probe.returncode == 0:
                return
            time.sleep(0.05)
        self.stop()
        raise RuntimeError("PulseAudio did not start")
