"""MusicGens that are not installed are known by a few numbers of the registry."""

from __future__ import annotations

import math

import pytest

from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.musicgen.network import HEADS, CodeTransformer
from qvim_studio.families.musicgen.published import published_shape, published_weights
from qvim_studio.families.musicgen.shape import BACKBONE
from qvim_studio.networks.files.meta_device import without_values

SMALL = {"layers": 2, "width": 128, "channels": 1}


@pytest.mark.parametrize("name", ["layers", "width", "channels"])
def test_a_number_that_the_registry_lacks_is_named(name: str) -> None:
    with pytest.raises(CheckpointError, match=f"does not say the {name} of this MusicGen"):
        published_shape({**SMALL, name: 0})


def test_stereo_has_twice_the_codebooks_and_no_other_coder() -> None:
    mono, stereo = published_shape(SMALL), published_shape({**SMALL, "channels": 2})
    assert (mono.codebooks, stereo.codebooks) == (4, 8)
    assert (mono.heads, mono.feed_forward) == (2, 512)
    assert stereo.coder == mono.coder and stereo.delays == (0, 0, 1, 1, 2, 2, 3, 3)


@pytest.mark.parametrize("has_melody", [0, 1])
def test_weights_are_those_of_the_network_beside_coder_and_text_encoder(has_melody: int) -> None:
    shape = published_shape({**SMALL, "has_melody": has_melody})
    with without_values():
        network = CodeTransformer(shape)
    known = published_weights(shape)
    own = {n: tuple(p.shape) for n, p in network.named_parameters() if ".fc" in n or "proj" in n}
    named = {n.removeprefix(BACKBONE): s for n, s in known.items() if n.endswith("proj.weight")}
    layers = {name: size for name, size in own.items() if "attn" in name}
    assert named == layers and HEADS not in "".join(known)
    counted = sum(math.prod(s) for n, s in known.items() if not n.endswith(".all"))
    assert counted == pytest.approx(sum(p.numel() for p in network.parameters()), rel=0.01)
