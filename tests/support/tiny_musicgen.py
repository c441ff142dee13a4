"""MusicGen folders with random weights in the published layout: they prove plumbing, not music."""

from __future__ import annotations

from pathlib import Path

import torch

from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before transformers)

from transformers import (  # isort: skip
    EncodecConfig,
    MusicgenConfig,
    MusicgenDecoderConfig,
    MusicgenForConditionalGeneration,
    MusicgenMelodyConfig,
    MusicgenMelodyDecoderConfig,
    MusicgenMelodyForConditionalGeneration,
    T5Config,
    T5Tokenizer,
)

CODES = 16
SILENT_CODE = CODES
HOP = 640
OfficialMusicgen = MusicgenMelodyForConditionalGeneration | MusicgenForConditionalGeneration


def tiny_tokenizer() -> T5Tokenizer:
    """Every letter is a piece."""
    words = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    words += [(letter, -3.0) for letter in "abcdefghijklmnopqrstuvwxyz"]
    return T5Tokenizer(vocab=words, extra_ids=0, model_max_length=128)


def make_tiny_musicgen(
    has_melody: bool = True, is_stereo: bool = False, seed: int = 0
) -> OfficialMusicgen:
    """transformers' own model, which decides loudly: codes differ in sound and likelihood."""
    torch.manual_seed(seed)
    text = T5Config(vocab_size=64, d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2)
    coder = EncodecConfig(
        sampling_rate=32_000,
        audio_channels=1,
        target_bandwidths=[0.8],
        upsampling_ratios=[8, 5, 4, 4],
        num_filters=2,
        hidden_size=8,
        codebook_size=CODES,
        codebook_dim=8,
        num_lstm_layers=1,
        use_causal_conv=False,
        use_conv_shortcut=False,
    )
    sizes = {
        "vocab_size": CODES,
        "hidden_size": 24,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "ffn_dim": 192,
        "num_codebooks": 8 if is_stereo else 4,
        "audio_channels": 2 if is_stereo else 1,
        "pad_token_id": SILENT_CODE,
        "bos_token_id": SILENT_CODE,
        "dropout": 0.0,
    }
    if has_melody:
        decoder = MusicgenMelodyDecoderConfig(**sizes)
        config = MusicgenMelodyConfig(
            text_encoder=text.to_dict(), audio_encoder=coder.to_dict(), decoder=decoder.to_dict()
        )
        model: OfficialMusicgen = MusicgenMelodyForConditionalGeneration(config)
    else:
        decoder = MusicgenDecoderConfig(**sizes)
        config = MusicgenConfig(
            text_encoder=text.to_dict(), audio_encoder=coder.to_dict(), decoder=decoder.to_dict()
        )
        model = MusicgenForConditionalGeneration(config)
    _wake(model)
    model.generation_config.update(
        do_sample=True,
        guidance_scale=3.0,
        pad_token_id=SILENT_CODE,
        bos_token_id=SILENT_CODE,
        decoder_start_token_id=SILENT_CODE,
        max_length=1500,
    )
    return model.eval().requires_grad_(False)


def _wake(model: OfficialMusicgen) -> None:
    """Larger weights, so that a wrong one would show."""
    with torch.no_grad():
        for name, buffer in model.audio_encoder.named_buffers():
            if name.endswith("codebook.embed"):
                buffer.normal_()
        for name, weight in model.named_parameters():
            if name.startswith("decoder.model") and weight.ndim == 2:
                weight.normal_(0.0, 0.3)
            elif "lm_heads" in name or name.endswith("enc_to_dec_proj.weight"):
                weight.normal_(0.0, 0.5)
            elif name.endswith("enc_to_dec_proj.bias"):
                weight.normal_(0.0, 0.2)


def build_tiny_musicgen(folder: Path, has_melody: bool = True, is_stereo: bool = False) -> Path:
    """A whole folder, as ``facebook/musicgen-melody`` is laid out."""
    make_tiny_musicgen(has_melody, is_stereo).save_pretrained(folder)
    tiny_tokenizer().save_pretrained(folder)
    return folder
