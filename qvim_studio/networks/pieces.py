"""Codes long sounds in overlapping pieces, whose ends, which depend on the neighbors, are cut
off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Piece:
    """Latents from begin to end, of which kept_from to kept_to (counted from begin) are kept."""

    begin: int
    end: int
    kept_from: int
    kept_to: int


def pieces_of(count: int, length: int, margin: int) -> Sequence[Piece]:
    """Pieces of ``count`` latents that keep each latent once.

    length: of a piece. margin: latents at either end of a piece that its neighbor also has and that
    are cut off; the ends of the whole are kept.
    """
    if count <= length:
        return (Piece(0, count, 0, count),)
    pieces = []
    for begin in range(0, count, length - 2 * margin):
        end = min(begin + length, count)
        is_last = end == count
        kept_to = end - begin - (0 if is_last else margin)
        pieces.append(Piece(begin, end, margin if begin else 0, kept_to))
        if is_last:
            break
    return pieces


def decoded_in_pieces(
    decode: Callable[[torch.Tensor], torch.Tensor],
    latents: torch.Tensor,
    samples_per_latent: int,
    pieces: Sequence[Piece],
    before_piece: Callable[[], None],
) -> torch.Tensor:
    """Latents (batch, channels, latents) → sound (batch, channels, samples), as in one go.

    before_piece: may raise to stop.
    """
    kept = []
    for piece in pieces:
        before_piece()
        audio = decode(latents[..., piece.begin : piece.end])
        first, end = (at * samples_per_latent for at in (piece.kept_from, piece.kept_to))
        kept.append(audio[..., first:end])
    return torch.cat(kept, dim=-1)


def encoded_in_pieces(
    encode: Callable[[torch.Tensor], torch.Tensor],
    audio: torch.Tensor,
    samples_per_latent: int,
    pieces: Sequence[Piece],
    before_piece: Callable[[], None],
) -> torch.Tensor:
    """Sound (batch, channels, samples) → latents (batch, channels, latents), as in one go."""
    kept = []
    for piece in pieces:
        before_piece()
        given = audio[..., piece.begin * samples_per_latent : piece.end * samples_per_latent]
        kept.append(encode(given)[..., piece.kept_from : piece.kept_to])
    return torch.cat(kept, dim=-1)
