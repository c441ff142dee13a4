"""Keeps checkpoints for the window: the registry, the hub's cache and the user's own folders."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from huggingface_hub import constants

from qvim_studio.checkpoints import downloads
from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.checkpoints.parts import KnownPart, list_parts, voice_part
from qvim_studio.checkpoints.registry import read_user_registry
from qvim_studio.checkpoints.verification import verify_checkpoint
from qvim_studio.core.capabilities import Input
from qvim_studio.core.checkpoint_choice import (
    MEMORY_SECONDS,
    MEMORY_VARIATIONS,
    CheckpointChoice,
)
from qvim_studio.core.checkpoint_keeper import IsCancelled, OnBytes
from qvim_studio.core.errors import CheckpointError, PickledWeightsError
from qvim_studio.core.options import Option
from qvim_studio.core.request import VramMode
from qvim_studio.families.catalog import (
    find_checkpoint,
    find_upscaler,
    forget_folder,
    is_own_folder,
    list_checkpoints,
    list_upscalers,
    register_folder,
)
from qvim_studio.families.known import family_of, upscaler_by_id
from qvim_studio.families.protocol import Family
from qvim_studio.families.upscaling import STEPS, UpscalerFamily
from qvim_studio.memory.modes import TRAITS, estimate_peak_bytes

if TYPE_CHECKING:
    from qvim_studio.checkpoints.conversion import Converted

log = logging.getLogger(__name__)


class HubKeeper:
    """See core.checkpoint_keeper.CheckpointKeeper."""

    def list(self) -> tuple[CheckpointChoice, ...]:
        for sentence in read_user_registry().sentences():
            log.warning("%s", sentence)
        generators = (_choice(checkpoint) for checkpoint in list_checkpoints())
        upscalers = (_upscaler_choice(checkpoint) for checkpoint in list_upscalers())
        return (*generators, *upscalers)

    def is_offline(self) -> bool:
        return bool(constants.HF_HUB_OFFLINE)

    def free_bytes(self) -> int:
        return shutil.disk_usage(downloads.existing_cache()).free

    def download(
        self,
        id: str,
        on_bytes: OnBytes,
        is_cancelled: IsCancelled,
        *,
        allow_pickle: bool = False,
        on_converted: OnBytes = lambda done, total: None,
    ) -> None:
        fetch_known(
            find_known(id),
            on_bytes,
            is_cancelled,
            allow_pickle=allow_pickle,
            on_converted=on_converted,
        )

    def discard(self, id: str) -> None:
        downloads.discard(find_known(id))

    def import_folder(self, folder: Path, *, allow_pickle: bool = False) -> str:
        return import_folder(folder, allow_pickle=allow_pickle)

    def verify(self, id: str) -> tuple[str, ...]:
        is_upscaler = any(known.id == id for known in list_upscalers())
        checkpoint = find_upscaler(id) if is_upscaler else find_checkpoint(id)
        return tuple(verify_checkpoint(checkpoint))

    def remove(self, id: str) -> int:
        if is_own_folder(id):
            forget_folder(id)
            return 0
        known = find_known(id)
        freed = downloads.remove(known)
        part = voice_part(id)
        return freed + (downloads.remove(part) if part is not None and part.is_installed else 0)


def make_keeper() -> HubKeeper:
    return HubKeeper()


def find_known(id: str) -> downloads.Known:
    """The registry's entry, installed or not. Raises CheckpointError for an unknown name."""
    known = {entry.id: entry for entry in (*list_checkpoints(), *list_upscalers(), *list_parts())}
    if id not in known:
        raise CheckpointError(
            f"There is no checkpoint {id!r} in the registry. Expected one of {', '.join(known)}."
        )
    return known[id]


def fetch_known(
    known: downloads.Known,
    on_bytes: OnBytes,
    is_cancelled: IsCancelled,
    *,
    allow_pickle: bool,
    on_converted: OnBytes,
    on_plan: Callable[[downloads.DownloadPlan], None] = lambda plan: None,
) -> tuple[downloads.DownloadPlan, Path]:
    """Fetch a checkpoint or part, and convert what its repository holds in another form.

    on_plan: gets what will be fetched, before the first byte. See CheckpointKeeper.download.
    """
    plan = downloads.plan_download(known, allow_pickle=allow_pickle)
    on_plan(plan)
    folder = downloads.download(
        plan, on_bytes, is_cancelled, convert=_convert, on_converted=on_converted
    )
    return plan, folder


def _convert(source: Path) -> Converted:
    from qvim_studio.families.conversion import convert

    return convert(source)


def import_folder(folder: Path, *, allow_pickle: bool) -> str:
    """Make a folder known; pickled weights become safetensors, with consent only."""
    from qvim_studio.checkpoints.pickled import convert_pickled_weights, find_pickled

    pickled = find_pickled(folder)
    if pickled and not allow_pickle:
        raise PickledWeightsError(
            f"{folder} holds pickled weights ({pickled[0].name}), which can contain programs. Say "
            "--allow-pickle to convert them; they are read without running any code.",
            tuple(path.relative_to(folder).as_posix() for path in pickled),
        )
    convert_pickled_weights(pickled)
    return register_folder(folder).id


def _choice(checkpoint: Checkpoint) -> CheckpointChoice:
    family = family_of(checkpoint)
    capabilities = family.describe(checkpoint)
    part = voice_part(checkpoint.id)
    return replace(
        _described(checkpoint, family, capabilities.options, () if part is None else (part,)),
        hears_voice=checkpoint.is_installed and capabilities.takes(Input.VOICE),
        voice_part=part.id if part is not None else "",
        voice_bytes=part.size_bytes if part is not None else 0,
        capabilities=capabilities,
    )


def _upscaler_choice(checkpoint: Checkpoint) -> CheckpointChoice:
    family = upscaler_by_id(checkpoint.family)
    choice = _described(checkpoint, family, family.options)
    return replace(choice, hears_voice=False, reach_hz=family.reach_hz)


def _described(
    checkpoint: Checkpoint,
    family: Family | UpscalerFamily,
    options: Sequence[Option],
    parts: Sequence[KnownPart] = (),
) -> CheckpointChoice:
    """What generators and upscalers have in common. parts: count on the disk beside an installed
    checkpoint."""
    defaults = {option.name: option.default for option in options}
    folders = []
    if checkpoint.folder is not None:
        folders = [each.folder for each in (checkpoint, *parts) if each.folder is not None]
    return CheckpointChoice(
        id=checkpoint.id,
        title=checkpoint.title,
        licence=checkpoint.licence,
        commercial=checkpoint.commercial,
        is_installed=checkpoint.is_installed,
        steps=int(defaults.get(STEPS, 0)),
        guidance=float(defaults.get("guidance", 0.0)),
        memory=_memory(family, checkpoint),
        size_bytes=sum(map(downloads.folder_bytes, folders)) or checkpoint.size_bytes,
        repo=checkpoint.repo,
        is_own=is_own_folder(checkpoint.id),
        makes=checkpoint.makes,
        is_gated=checkpoint.is_gated,
    )


def _memory(family: Family | UpscalerFamily, checkpoint: Checkpoint) -> dict[VramMode, int]:
    """Estimated peaks; empty where neither the files nor the registry say the sizes."""
    try:
        footprint = family.footprint(checkpoint)
    except CheckpointError:
        return {}
    return {
        mode: estimate_peak_bytes(footprint, mode, MEMORY_SECONDS, batch=MEMORY_VARIATIONS)
        for mode in TRAITS
    }
