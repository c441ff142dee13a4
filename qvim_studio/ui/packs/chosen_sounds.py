"""What a pack takes over from the sounds that were chosen for it: their files, titles and name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qvim_studio.export.packs.pack_sources import PackSource, read_sources
from qvim_studio.library.clip_entry import ClipEntry

TITLE_WORDS, TITLE_CHARACTERS = 4, 32  # of a pack that is named after its sounds
_PHRASE_END = re.compile(r"[,;:.!?()\n]")


def sources_of(entries: Sequence[ClipEntry]) -> tuple[PackSource, ...]:
    """The files that are there, under the user's names for them and with the user's tags."""
    known = {entry.path.absolute(): entry for entry in entries if entry.path.is_file()}
    if not known:
        return ()
    return tuple(
        source.with_changes(
            title=known[source.path].title or source.title, tags=known[source.path].tags
        )
        for source in read_sources(list(known))
    )


def common_name(entries: Sequence[ClipEntry]) -> str:
    """The pack's first name: what its sounds are called where they agree, in a few words."""
    titles = {entry.title for entry in entries}
    return short_title(titles.pop()) if len(titles) == 1 else ""


def short_title(words: str) -> str:
    """What a request is about, as people title things: its first phrase, at most so many words."""
    phrase = _PHRASE_END.split(words.strip(), maxsplit=1)[0].split()[:TITLE_WORDS]
    while len(phrase) > 1 and len(" ".join(phrase)) > TITLE_CHARACTERS:
        phrase.pop()
    return " ".join(word[:1].upper() + word[1:] for word in phrase)[:TITLE_CHARACTERS]
