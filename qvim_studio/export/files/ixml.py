"""Writes and reads the iXML chunk: tracks, the ASWG object for games, and our recipe.

Sources: iXML 3.01 (ixml.info); ASWG iXML 1.1 (Sony's Audio Standards Working Group for games).
"""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree

from qvim_studio.core.text.json_text import parse_json
from qvim_studio.export.files.metadata import PROGRAM, ClipMetadata

VENDOR_ELEMENT = "QVIM_STUDIO"  # iXML lets every program add an element of its own
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def ixml_payload(meta: ClipMetadata, channels: int, sample_rate: int, bit_depth: int) -> bytes:
    """The whole iXML document in UTF-8, of even size, see ``wave_file``."""
    root = ElementTree.Element("BWFXML")
    _texts(
        root,
        {
            "IXML_VERSION": "3.01",
            "PROJECT": meta.library,
            "SCENE": meta.title,
            "FILE_UID": meta.reference,
            "NOTE": meta.notes or meta.description,
        },
    )
    speed = ElementTree.SubElement(root, "SPEED")
    _texts(
        speed,
        {
            "FILE_SAMPLE_RATE": str(sample_rate),
            "DIGITIZER_SAMPLE_RATE": str(sample_rate),
            "AUDIO_BIT_DEPTH": str(bit_depth),
        },
    )
    _add_tracks(root, channels)
    _texts(ElementTree.SubElement(root, "ASWG"), _aswg(meta))
    if meta.recipe is not None:
        vendor = ElementTree.SubElement(root, VENDOR_ELEMENT)
        recipe = json.dumps(meta.recipe, ensure_ascii=True, sort_keys=True)
        _texts(vendor, {"PROGRAM": PROGRAM, "RECIPE": recipe})
    document = ElementTree.tostring(root, encoding="unicode")
    payload = f'<?xml version="1.0" encoding="UTF-8"?>\n{document}\n'.encode()
    return payload + b"\n" * (len(payload) % 2)


def recipe_in(payload: bytes) -> dict[str, Any] | None:
    """The studio's recipe in an iXML document; None without a readable one."""
    try:
        root = ElementTree.fromstring(payload.rstrip(b"\0 \r\n").decode("utf-8-sig"))
        text = root.findtext(f"{VENDOR_ELEMENT}/RECIPE")
        recipe = parse_json(text) if text else None
    except (ElementTree.ParseError, ValueError):
        return None
    return recipe if isinstance(recipe, dict) else None


def _aswg(meta: ClipMetadata) -> dict[str, str]:
    return {
        "contentType": "sfx",
        "project": meta.library,
        "originator": meta.creator,
        "notes": meta.notes,
        "isGenerated": "true" if meta.is_generated else "false",
        "category": meta.category,
        "subCategory": meta.sub_category,
        "catId": meta.cat_id,
        "fxName": meta.title,
        "library": meta.library,
        "creatorId": meta.creator,
        "sourceId": meta.source,
        "usageRights": meta.usage_rights,
        "isLoop": "true" if meta.loop is not None else "false",
        "loudness": "" if meta.loudness_lufs is None else f"{meta.loudness_lufs:.2f}",
        "maxPeak": "" if meta.true_peak_dbfs is None else f"{meta.true_peak_dbfs:.2f}",
    }


def _add_tracks(root: ElementTree.Element, channels: int) -> None:
    names = {1: ["Mono"], 2: ["Left", "Right"]}.get(
        channels, [f"Channel {number}" for number in range(1, channels + 1)]
    )
    tracks = ElementTree.SubElement(root, "TRACK_LIST")
    _texts(tracks, {"TRACK_COUNT": str(channels)})
    for number, name in enumerate(names, 1):
        track = ElementTree.SubElement(tracks, "TRACK")
        index = str(number)
        _texts(track, {"CHANNEL_INDEX": index, "INTERLEAVE_INDEX": index, "NAME": name})


def _texts(parent: ElementTree.Element, values: dict[str, str]) -> None:
    for name, text in values.items():
        if text:
            ElementTree.SubElement(parent, name).text = _NOT_IN_XML.sub("", text)
