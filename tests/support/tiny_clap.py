"""A CLAP with random weights in a checkpoint folder: audio tower, text tower, tokenizer."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from kept_files import read_files, write_files
from tokenizers import ByteLevelBPETokenizer

from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before transformers)

from transformers import (  # isort: skip
    ClapConfig,
    ClapModel,
    ClapTextConfig,
    ClapTextModelWithProjection,
    RobertaTokenizer,
)

TEXT = {
    "vocab_size": 300,
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "max_position_embeddings": 80,
    "pad_token_id": 1,
}
AUDIO = {
    "patch_embeds_hidden_size": 8,
    "depths": [1, 1, 1, 1],
    "num_attention_heads": [1, 1, 1, 1],
    "hidden_size": 64,
    "enable_fusion": False,
}


def add_tiny_clap(folder: Path) -> None:
    """The same weights each time; torch's own generator begins again with 0."""
    write_files(_clap_files(), folder)
    torch.manual_seed(0)


@cache
def _clap_files() -> dict[str, bytes]:
    torch.manual_seed(0)
    with TemporaryDirectory() as name:
        folder = Path(name)
        config = ClapConfig(text_config=TEXT, audio_config=AUDIO, projection_dim=512)
        ClapModel(config).save_pretrained(folder / "clap")
        tower = ClapTextModelWithProjection(ClapTextConfig(**TEXT, projection_dim=512))
        tower.save_pretrained(folder / "text_encoder")
        bpe = ByteLevelBPETokenizer()
        special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
        bpe.train_from_iterator(["rain"], 270, special_tokens=special)
        tokenizer = RobertaTokenizer(vocab=bpe.get_vocab(), merges=[], model_max_length=77)
        tokenizer.save_pretrained(folder / "tokenizer")
        return read_files(folder)
