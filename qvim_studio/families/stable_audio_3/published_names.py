"""Maps the tensor names of published Stable Audio 3 files to the names in our networks."""

from __future__ import annotations

from collections.abc import Sequence

DENOISER, CODER = "model.model.", "pretransform.model."
PADDING = "conditioner.conditioners.prompt.padding_embedding"
DURATION = "conditioner.conditioners.seconds_total.embedder.embedding.1."
# Tensors used only in training, and positions, which are computed.
UNUSED = (".rope.inv_freq", "bottleneck.noise_scaling_factor")
# Published names of the denoiser and those of diffusers' StableAudio3DiTModel.
_RENAMED = (
    ("transformer.layers.", "transformer_blocks."),
    ("transformer.project_in.", "proj_in."),
    ("transformer.project_out.", "proj_out."),
    ("transformer.", ""),
)
_FEED_FORWARD = ((".ff.ff.0.proj.", ".ff.proj_in."), (".ff.ff.2.", ".ff.proj_out."))
_FUSED = ".self_attn.to_qkv.weight"
_ORDER = (0, 3, 1, 4, 2)  # diffusers' [q, q2, k, k2, v] from the published [q, k, v, q2, k2]


def denoiser_name(name: str) -> str | None:
    """The denoiser's name of a stored tensor; None for tensors of other networks."""
    if name == PADDING:
        return "prompt_padding_embedding"
    if not name.startswith(DENOISER):
        return None
    own = name.removeprefix(DENOISER)
    for published, ours in _RENAMED:
        if own.startswith(published):
            own = ours + own.removeprefix(published)
            break
    for published, ours in _FEED_FORWARD:
        own = own.replace(published, ours)
    return own


def coder_name(name: str) -> str | None:
    """The coder's name of a stored tensor, which is the published name; None for tensors of other
    networks."""
    is_of_coder = name.startswith(CODER) and not name.endswith(UNUSED)
    return name.removeprefix(CODER) if is_of_coder else None


def duration_name(name: str) -> str | None:
    """The duration embedder's name of a stored tensor; None for tensors of other networks."""
    return f"linear.{name.removeprefix(DURATION)}" if name.startswith(DURATION) else None


def is_fused_attention(own_name: str) -> bool:
    """Whether a tensor of the denoiser holds queries, keys and values of a differential
    attention."""
    return own_name.endswith(_FUSED)


def attention_order() -> Sequence[int]:
    """The index of the published part at each place of the fused weight."""
    return _ORDER
