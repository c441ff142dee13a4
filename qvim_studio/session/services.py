"""Holds everything that the window uses but does not make itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QSettings

from qvim_studio.audio.devices.player import Player
from qvim_studio.audio.devices.portaudio import AudioBackend, StreamOptions
from qvim_studio.core.checkpoint_entry import CheckpointEntry
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import Engine
from qvim_studio.core.program.paths import StudioPaths
from qvim_studio.core.program.resources import bundled_encoder_id
from qvim_studio.core.program.settings import Settings
from qvim_studio.core.sound_words import SoundWord
from qvim_studio.export.files.clip_writer import write_result
from qvim_studio.export.files.recipe import read_recipe
from qvim_studio.jobs.background_tasks import BackgroundTasks
from qvim_studio.jobs.checkpoint_manager import CheckpointManager
from qvim_studio.jobs.child.serving import load_factory
from qvim_studio.jobs.engine.engine_process import EngineProcess
from qvim_studio.jobs.engine.gpu_board import GpuBoard, GpuMeter
from qvim_studio.jobs.engine.job_queue import JobQueue
from qvim_studio.jobs.listening.listening_process import ListeningProcess
from qvim_studio.jobs.listening.sound_indexer import SoundIndexer
from qvim_studio.jobs.pack_exporter import PackExporter
from qvim_studio.jobs.playback import Playback
from qvim_studio.jobs.recording import RecordingSession
from qvim_studio.library.library import Library, open_library
from qvim_studio.session.settings_store import SettingsStore

CHECKPOINT_STORE_FACTORY = "qvim_studio.families.hub_store:make_checkpoint_store"
HEARING_FACTORY = "qvim_studio.assembly:make_hearing_service"
Hear = Callable[[AudioClip], tuple[SoundWord, ...]]
ListCheckpoints = Callable[[], tuple[CheckpointEntry, ...]]
MakeEngineFor = Callable[[Settings], Callable[[], Engine]]


@dataclass(frozen=True, eq=False)
class Services:
    """The services of the window, made by the application and closed by ``shutdown``.

    list_checkpoints: may take seconds; called in the background.
    hear: words for what a take is heard as; takes a second, called in the background. ears: the
    thread that waits for it, so that no other task does.
    make_engine_for: the engine factory that the settings ask for (own process or not).
    gpu: what the engine's process holds of a GPU.
    """

    paths: StudioPaths
    store: SettingsStore
    backend: AudioBackend
    queue: JobQueue
    recording: RecordingSession
    playback: Playback
    tasks: BackgroundTasks
    ears: BackgroundTasks
    library: Library
    listening: ListeningProcess
    hear: Hear
    indexer: SoundIndexer
    exporter: PackExporter
    list_checkpoints: ListCheckpoints
    checkpoint_manager: CheckpointManager
    make_engine_for: MakeEngineFor
    gpu: GpuBoard
    window_state: QSettings

    def shutdown(self) -> bool:
        """End every thread and the engine's process; False if a device hangs."""
        has_ended = [
            self.recording.shutdown(),
            self.checkpoint_manager.shutdown(),
            self.queue.shutdown(),
            self.playback.shutdown(),
            self.indexer.shutdown(),  # first of these: it frees tasks that wait for the child
            self.exporter.shutdown(),
            self.ears.shutdown(),
            self.tasks.shutdown(),
        ]
        if all(has_ended):
            self.library.close()
        return all(has_ended)


def make_services(
    paths: StudioPaths,
    store: SettingsStore,
    backend: AudioBackend,
    engine_factory: str,
    list_checkpoints: ListCheckpoints,
    hearing_factory: str = HEARING_FACTORY,
    checkpoint_store_factory: str = CHECKPOINT_STORE_FACTORY,
    hear: Hear | None = None,
    gpu_reader: str = "",
) -> Services:
    """All services of the window, running; the factories are those of EngineProcess.

    hear: None lets the hearing service hear takes, too. gpu_reader: see GpuMeter; without one, the
    engine's process reports no GPU memory.
    """
    gpu = GpuBoard()
    meter = GpuMeter(gpu, gpu_reader) if gpu_reader else None
    library = open_library(paths.library_file, read_recipe)
    listening = ListeningProcess(hearing_factory)
    make_engine_for = partial(_make_engine_for, engine_factory, meter)
    playback = Playback(Player(backend))
    playback.set_device(store.settings.output_device)
    backend.set_options(stream_options(store.settings))
    return Services(
        paths=paths,
        store=store,
        backend=backend,
        queue=JobQueue(make_engine_for(store.settings), write_result),
        recording=RecordingSession(backend, paths.takes_folder),
        playback=playback,
        tasks=BackgroundTasks(),
        ears=BackgroundTasks(threads=1),
        library=library,
        listening=listening,
        hear=hear or listening.hear,
        indexer=SoundIndexer(library, listening, bundled_encoder_id),
        exporter=PackExporter(),
        list_checkpoints=list_checkpoints,
        checkpoint_manager=CheckpointManager(lambda: load_factory(checkpoint_store_factory)()),
        make_engine_for=make_engine_for,
        gpu=gpu,
        window_state=QSettings(
            str(paths.settings_file.with_name("window.ini")), QSettings.Format.IniFormat
        ),
    )


def stream_options(settings: Settings) -> StreamOptions:
    """The stream options that the settings choose for microphones and loudspeakers."""
    return StreamOptions(
        settings.sample_rate_hz, settings.buffer_frames, settings.latency_ms / 1000
    )


def _make_engine_for(
    engine_factory: str, meter: GpuMeter | None, settings: Settings
) -> Callable[[], Engine]:
    if settings.engine_in_own_process:
        return partial(EngineProcess, engine_factory, gpu=meter)
    return partial(_make_engine_here, engine_factory)


def _make_engine_here(engine_factory: str) -> Engine:
    return load_factory(engine_factory)()
