"""The values that a pack takes over from its chosen sounds: files, titles and name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qvim_studio.export.packs.pack_sources import PackSource, read_sources
from qvim_studio.library.clip_entry import ClipEntry

TITLE_WORDS, TITLE_CHARACTERS = 4, 32  # of a pack that is named after its sounds
_PHRASE_END = re.compile(r"[,;:.!?()\n]")


def sources_of(entries: Sequence[ClipEntry]) -> tuple[PackSource, ...]:
    """The existing files, with the user's names and tags."""
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
    """The suggested name of the pack: the words that the names of its sounds share."""
    titles = {entry.title for entry in entries}
    return short_title(titles.pop()) if len(titles) == 1 else ""


def short_title(words: str) -> str:
    """A title for the words of a request: the first phrase, limited to a few words."""
    phrase = _PHRASE_END.split(words.strip(), maxsplit=1)[0].split()[:TITLE_WORDS]
    while len(phrase) > 1 and len(" ".join(phrase)) > TITLE_CHARACTERS:
        phrase.pop()
    return " ".join(word[:1].upper() + word[1:] for word in phrase)[:TITLE_CHARACTERS]
