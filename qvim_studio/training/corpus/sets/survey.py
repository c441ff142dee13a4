"""Counts the recordings that a data set names and finds doubts, before anything is built."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from qvim_studio.core.text.file_names import is_file
from qvim_studio.training.corpus.sets.licences import UNREADABLE, plain_licence
from qvim_studio.training.corpus.sets.listing import Listing

SHOWN = 5
MAX_KINDS = 8  # of licences and parts in one line


@dataclass(frozen=True)
class Survey:
    """Facts of one listing. The lists of doubts name files.

    missing: named, but not there. repeated: names of more than one row. uncaptioned, unlicensed:
    recordings without the caption or licence that the set promises. torn: groups that the set
    both trains on and tests with. licences, splits: recordings by each, the commonest first.
    """

    layout: str
    recordings: int
    takes: int
    labels: int
    groups: int
    captions: int
    licences: dict[str, int]
    splits: dict[str, int]
    missing: tuple[str, ...]
    repeated: tuple[str, ...]
    uncaptioned: tuple[str, ...]
    unlicensed: tuple[str, ...]
    torn: tuple[str, ...]
    notes: tuple[str, ...]

    def sentences(self) -> list[str]:
        """For a terminal: the counts, then one line for each kind of doubt."""
        counts = (
            f"{self.layout}: {self.recordings} recordings of {self.labels} labels in "
            f"{self.groups} groups"
        )
        counts += f", {self.takes} imitations" if self.takes else ""
        counts += f", {self.captions} captions" if self.captions else ""
        lines = [counts]
        if set(self.licences) - {UNREADABLE}:
            lines.append(f"  licences: {_tally(self.licences)}")
        if set(self.splits) - {""}:
            lines.append(f"  parts: {_tally(self.splits)}")
        doubts = (
            (self.missing, "files are named, but are not there"),
            (self.repeated, "names stand in more than one row; the first counts"),
            (self.uncaptioned, "recordings have no caption"),
            (self.unlicensed, "recordings have no licence that can be read"),
            (self.torn, "groups are in several parts of the set; each is held out whole"),
        )
        return lines + [f"  {len(names)} {what}: {_some(names)}" for names, what in doubts if names]


def survey_listing(listing: Listing) -> Survey:
    """Looks at the names and at whether the files are there; reads no audio."""
    recordings = listing.recordings
    paths = [*(one.path for one in recordings), *(take.path for take in listing.takes)]
    counts = Counter(one.name for one in recordings)
    parts: dict[str, set[bool]] = defaultdict(set)
    for one in recordings:
        if one.split:
            parts[one.group].add(one.split == "train")
    return Survey(
        layout=listing.layout,
        recordings=len(recordings),
        takes=len(listing.takes),
        labels=len({one.label for one in recordings}),
        groups=len({one.group for one in recordings}),
        captions=sum(len(one.captions) for one in recordings),
        licences=dict(Counter(_kind_of(one.licence) for one in recordings).most_common()),
        splits=dict(Counter(one.split for one in recordings).most_common()),
        missing=tuple(str(path) for path in dict.fromkeys(paths) if not is_file(path)),
        repeated=tuple(name for name, count in counts.items() if count > 1),
        uncaptioned=tuple(
            one.name for one in recordings if listing.has_captions and not any(one.captions)
        ),
        unlicensed=tuple(
            one.name for one in recordings if listing.has_licences and one.licence == UNREADABLE
        ),
        torn=tuple(group for group, found in parts.items() if len(found) > 1),
        notes=listing.notes,
    )


def _kind_of(licence: str) -> str:
    """A licence without the author whom manifests name beside it; unchanged if unreadable."""
    plain = plain_licence(licence)
    return licence if plain == UNREADABLE else plain


def _tally(counts: dict[str, int]) -> str:
    """The commonest counts, as words."""
    shown = [f"{count} {name or 'open'}" for name, count in list(counts.items())[:MAX_KINDS]]
    more = [f"and {len(counts) - MAX_KINDS} more kinds"] if len(counts) > MAX_KINDS else []
    return ", ".join([*shown, *more])


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
