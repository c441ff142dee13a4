"""The checkpoint store of the window: the registry, the hub's cache and the user's own folders."""

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
from qvim_studio.checkpoints.download_plan import DownloadPlan, Known, plan_download
from qvim_studio.checkpoints.imports import delete_import
from qvim_studio.checkpoints.parts import KnownPart, list_parts, voice_part
from qvim_studio.checkpoints.registry import read_user_registry
from qvim_studio.checkpoints.verification import verify_checkpoint
from qvim_studio.core.capabilities import Input
from qvim_studio.core.checkpoint_entry import (
    MEMORY_SECONDS,
    MEMORY_VARIATIONS,
    CheckpointEntry,
)
from qvim_studio.core.checkpoint_store import ImportedCheckpoint, IsCancelled, OnBytes
from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.options import Option
from qvim_studio.core.request import VramMode
from qvim_studio.families.added import encoders_without_adapter
from qvim_studio.families.catalog import (
    find_checkpoint,
    find_upscaler,
    forget_folder,
    is_own_folder,
    list_checkpoints,
    list_upscalers,
    own_import,
)
from qvim_studio.families.importing import ImportOptions, import_source
from qvim_studio.families.known import family_of, upscaler_by_id
from qvim_studio.families.protocol import Family
from qvim_studio.families.upscaling import STEPS, UpscalerFamily
from qvim_studio.memory.modes import TRAITS, estimate_peak_bytes

if TYPE_CHECKING:
    from qvim_studio.checkpoints.conversion import Converted

log = logging.getLogger(__name__)


class HubStore:
    """See core.checkpoint_store.CheckpointStore."""

    def list(self) -> tuple[CheckpointEntry, ...]:
        for sentence in read_user_registry().sentences():
            log.warning("%s", sentence)
        generators = (_entry(checkpoint) for checkpoint in list_checkpoints())
        upscalers = (_upscaler_entry(checkpoint) for checkpoint in list_upscalers())
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

    def import_source(
        self, source: Path, *, allow_pickle: bool = False, used: str = ""
    ) -> ImportedCheckpoint:
        asked = ImportOptions(used=used, keeps_lora=True)
        return import_source(source, asked, allow_pickle=allow_pickle)

    def verify(self, id: str) -> tuple[str, ...]:
        is_upscaler = any(known.id == id for known in list_upscalers())
        checkpoint = find_upscaler(id) if is_upscaler else find_checkpoint(id)
        return tuple(verify_checkpoint(checkpoint))

    def remove(self, id: str) -> int:
        if is_own_folder(id):
            made = own_import(id)
            freed = 0 if made is None else delete_import(made)
            forget_folder(id)
            return freed
        known = find_known(id)
        freed = downloads.remove(known)
        part = voice_part(id)
        if part is None or not part.is_installed or is_own_folder(part.id):
            return freed
        return freed + downloads.remove(part)


def make_checkpoint_store() -> HubStore:
    return HubStore()


def find_known(id: str) -> Known:
    """The registry's entry, installed or not. Raises CheckpointError for an unknown name."""
    known = {entry.id: entry for entry in (*list_checkpoints(), *list_upscalers(), *list_parts())}
    if id not in known:
        raise CheckpointError(
            f"There is no checkpoint {id!r} in the registry. Expected one of {', '.join(known)}."
        )
    return known[id]


def fetch_known(
    known: Known,
    on_bytes: OnBytes,
    is_cancelled: IsCancelled,
    *,
    allow_pickle: bool,
    on_converted: OnBytes,
    on_plan: Callable[[DownloadPlan], None] = lambda plan: None,
) -> tuple[DownloadPlan, Path]:
    """Fetch a checkpoint or part, and convert what its repository holds in another form.

    on_plan: called with the plan before the first byte. See CheckpointStore.download.
    """
    plan = plan_download(known, allow_pickle=allow_pickle)
    on_plan(plan)
    folder = downloads.download(
        plan, on_bytes, is_cancelled, convert=_convert, on_converted=on_converted
    )
    return plan, folder


def _convert(source: Path) -> Converted:
    from qvim_studio.families.conversion import convert

    return convert(source)


def _entry(checkpoint: Checkpoint) -> CheckpointEntry:
    family = family_of(checkpoint)
    capabilities = family.describe(checkpoint)
    part = voice_part(checkpoint.id)
    return replace(
        _described(checkpoint, family, capabilities.options, () if part is None else (part,)),
        hears_voice=checkpoint.is_installed and capabilities.takes(Input.VOICE),
        voice_part=part.id if part is not None else "",
        voice_bytes=part.size_bytes if part is not None else 0,
        capabilities=capabilities,
        encoders_without_adapter=encoders_without_adapter(checkpoint),
    )


def _upscaler_entry(checkpoint: Checkpoint) -> CheckpointEntry:
    family = upscaler_by_id(checkpoint.family)
    entry = _described(checkpoint, family, family.options)
    return replace(entry, hears_voice=False, reach_hz=family.reach_hz)


def _described(
    checkpoint: Checkpoint,
    family: Family | UpscalerFamily,
    options: Sequence[Option],
    parts: Sequence[KnownPart] = (),
) -> CheckpointEntry:
    """The entry of a generator or upscaler. parts: count towards the size of an installed
    checkpoint."""
    defaults = {option.name: option.default for option in options}
    folders = []
    if checkpoint.folder is not None:
        folders = [each.folder for each in (checkpoint, *parts) if each.folder is not None]
    return CheckpointEntry(
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
        is_import=own_import(checkpoint.id) is not None,
        revision=checkpoint.revision,
        makes=checkpoint.makes,
        is_gated=checkpoint.is_gated,
    )


def _memory(family: Family | UpscalerFamily, checkpoint: Checkpoint) -> dict[VramMode, int]:
    """Estimated peaks in bytes; empty if neither the files nor the registry give the sizes."""
    try:
        footprint = family.footprint(checkpoint)
    except CheckpointError:
        return {}
    return {
        mode: estimate_peak_bytes(footprint, mode, MEMORY_SECONDS, batch=MEMORY_VARIATIONS)
        for mode in TRAITS
    }
