"""AudioMAE's encoder: a vision transformer over patches of a log-mel.

Source: Huang et al., "Masked autoencoders that listen" (2022), and its public code; ViT-B/16
without overlap, as SemantiCodec uses it.
"""

from __future__ import annotations

import torch
from torch import nn

from qvim_studio.families.semanticodec.config import EncoderConfig
from qvim_studio.networks.torch_audio import torchaudio

PATCH = 16  # mel frames and bands
MEL_BANDS = 128
NORM_EPS = 1e-6
MLP_RATIO = 4
# Mean and standard deviation over AudioSet, of the public code.
SET_MEAN, SET_STD = -4.2677393, 4.5689974


def kaldi_log_mel(waveform: torch.Tensor, frames: int) -> torch.Tensor:
    """Mono at 16 kHz (samples,) → (frames, 128), the input of AudioMAE; frames after the end are
    zeros before scaling."""
    fbank = torchaudio.compliance.kaldi.fbank(
        (waveform - waveform.mean())[None],
        htk_compat=True,
        sample_frequency=16_000,
        use_energy=False,
        window_type="hanning",
        num_mel_bins=MEL_BANDS,
        dither=0.0,
        frame_shift=10,
    )[:frames]
    padded = nn.functional.pad(fbank, (0, 0, 0, frames - len(fbank)))
    return (padded - SET_MEAN) / (2 * SET_STD)


class AudioMae(nn.Module):
    """Log-mel (batch, 16 * columns, 128) → features of its patches (batch, 8 * columns, width), a
    column of eight patches after the other, the lowest frequencies first.

    Names of parameters are those of the public code.
    """

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        patches = config.window_steps * (MEL_BANDS // PATCH)
        self._averaged = config.averaged
        self.cls_token = nn.Parameter(torch.zeros(1, 1, config.width))
        self.pos_embed = nn.Parameter(torch.zeros(1, patches + 1, config.width))
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(1, config.width, PATCH, PATCH)})
        self.blocks = nn.ModuleList(
            TransformerBlock(config.width, config.heads) for _ in range(config.depth)
        )
        self.norm = nn.LayerNorm(config.width, eps=NORM_EPS)

    def forward(self, log_mel: torch.Tensor) -> torch.Tensor:
        patches = self.patch_embed["proj"](log_mel[:, None]).flatten(2).transpose(1, 2)
        hidden = patches + self.pos_embed[:, 1:]
        first = (self.cls_token + self.pos_embed[:, :1]).expand(len(hidden), -1, -1)
        hidden = torch.cat([first, hidden], dim=1)
        outputs = []
        for block in self.blocks:
            hidden = block(hidden)
            outputs.append(hidden)
        last = [self.norm(each) for each in outputs[-self._averaged :]]
        return torch.stack(last).mean(dim=0)[:, 1:]


class TransformerBlock(nn.Module):
    """Pre-norm attention and feed-forward (Dosovitskiy et al. 2021, eq. 2 and 3)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self._heads = heads
        self.norm1 = nn.LayerNorm(width, eps=NORM_EPS)
        self.attn = nn.ModuleDict(
            {"qkv": nn.Linear(width, 3 * width), "proj": nn.Linear(width, width)}
        )
        self.norm2 = nn.LayerNorm(width, eps=NORM_EPS)
        inner = MLP_RATIO * width
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(width, inner), "fc2": nn.Linear(inner, width)})

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        hidden = hidden + self._attended(self.norm1(hidden))
        wide = nn.functional.gelu(self.mlp["fc1"](self.norm2(hidden)))
        return hidden + self.mlp["fc2"](wide)

    def _attended(self, hidden: torch.Tensor) -> torch.Tensor:
        batch, length, width = hidden.shape
        split = self.attn["qkv"](hidden).view(batch, length, 3, self._heads, width // self._heads)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        attended = nn.functional.scaled_dot_product_attention(query, key, value)
        return self.attn["proj"](attended.transpose(1, 2).reshape(batch, length, width))
