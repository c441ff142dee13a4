"""Turns words and voice into the two streams that condition AudioLDM 2's UNet.

A vector of CLAP (of words, or of the voice) and T5's vectors of the words go through a projection
into GPT-2, which continues with the tokens of a sound (Liu et al., "AudioLDM 2: Learning holistic
audio generation with self-supervised pretraining", 2023, section 3).

Everything runs on the processor in float32, whatever the plan. It takes a second at most, T5
overflows in float16, and this way it takes no GPU memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.functional import normalize, pad

from qvim_studio.families.audioldm2.stream_denoiser import StreamCondition
from qvim_studio.voice.conditioning import mix

LONGEST_CLAP_TOKENS, LONGEST_T5_TOKENS = 512, 128  # of the published tokenizers
WORDS_IN_FULL = 0.5  # balance from which on the words count in full


@dataclass(eq=False)
class PromptNetworks:
    """clap: a ClapTextModelWithProjection. t5: a T5EncoderModel. projection: an
    AudioLDM2ProjectionModel. language_model: a GPT2Model. new_tokens: the number of tokens that it
    makes."""

    clap: Any
    clap_tokenizer: Any
    t5: Any
    t5_tokenizer: Any
    projection: Any
    language_model: Any
    new_tokens: int


class PromptEncoder:
    """Texts and a voice's vector → conditions. notes: see Generator."""

    def __init__(self, networks: PromptNetworks) -> None:
        self.networks = networks
        self.notes: list[str] = []

    @torch.inference_mode()
    def wanted(self, text: str, voice: torch.Tensor | None, balance: float) -> StreamCondition:
        """The condition of text and voice, of one row.

        voice: (1, 512) of unit norm in the CLAP's space. balance: 0 voice only .. 1 text only,
        where both are given. The voice does not enter T5, whose vectors fade into those of the
        empty text as the balance falls below the middle.
        """
        if voice is not None and (not text or balance <= 0.0):
            return stream_condition(self.networks, voice, self._words(""))
        share = 1.0 if voice is None else min(1.0, balance / WORDS_IN_FULL)
        words = self._words(text)
        if share < 1.0:
            words = torch.lerp(self._words("")[:, :1], words, share)
        asked = mix(voice, self._words_embedding(text), balance)
        return stream_condition(self.networks, asked, words)

    @torch.inference_mode()
    def unwanted(self, text: str) -> StreamCondition:
        """The condition of a negative text. Without one it is the empty condition of the training:
        zeros in place of the language model's tokens, and T5's vectors of the empty text."""
        words = self._words(text)
        if text:
            return stream_condition(self.networks, self._words_embedding(text), words)
        width = self.networks.language_model.config.n_embd
        nothing = torch.zeros(1, self.networks.new_tokens, width)
        return StreamCondition(nothing, words, _ones(words))

    def _words_embedding(self, text: str) -> torch.Tensor:
        """CLAP's vector of a text, (1, 512), unit norm."""
        networks = self.networks
        tokens = self._tokens(networks.clap_tokenizer, text, LONGEST_CLAP_TOKENS)
        return normalize(networks.clap(**tokens).text_embeds, dim=-1)

    def _words(self, text: str) -> torch.Tensor:
        """T5's vectors of a text, (1, tokens, 1024)."""
        networks = self.networks
        tokens = self._tokens(networks.t5_tokenizer, text, LONGEST_T5_TOKENS)
        return networks.t5(**tokens).last_hidden_state

    def _tokens(self, tokenizer: Any, text: str, longest: int) -> dict[str, torch.Tensor]:
        longest = min(longest, tokenizer.model_max_length)
        whole = tokenizer(text, return_tensors="pt", truncation=False, verbose=False)
        if whole["input_ids"].shape[1] <= longest:
            given = whole
        else:
            given = tokenizer(text, return_tensors="pt", truncation=True, max_length=longest)
            note = (
                f"The text {text[:30]!r}… is longer than the {longest} word pieces that this "
                "checkpoint reads: the rest was left out."
            )
            self.notes += [note] if note not in self.notes else []
        return {name: given[name] for name in ("input_ids", "attention_mask")}


def stream_condition(
    networks: PromptNetworks, vectors: torch.Tensor, words: torch.Tensor
) -> StreamCondition:
    """The condition of both streams, from CLAP (batch, 512) and from T5 (batch, tokens, 1024)."""
    tokens = vectors[:, None]
    both = networks.projection(
        hidden_states=tokens,
        hidden_states_1=words,
        attention_mask=_ones(tokens),
        attention_mask_1=_ones(words),
    )
    made = continued(
        networks.language_model, both.hidden_states, both.attention_mask, networks.new_tokens
    )
    return StreamCondition(made, words, _ones(words))


def continued(
    language_model: Any, given: torch.Tensor, is_given: torch.Tensor, tokens: int
) -> torch.Tensor:
    """The hidden states (batch, tokens, width) with which the model continues; each is the input of
    the next.

    given: (batch, length, width). is_given: (batch, length), 1 for states that count.
    """
    made, kept = [], None
    for _ in range(tokens):
        out = language_model(
            inputs_embeds=given, attention_mask=is_given, past_key_values=kept, use_cache=True
        )
        given, kept = out.last_hidden_state[:, -1:], out.past_key_values
        is_given = pad(is_given, (0, 1), value=1)
        made.append(given)
    return torch.cat(made, dim=1)


def _ones(vectors: torch.Tensor) -> torch.Tensor:
    return torch.ones(vectors.shape[:2], dtype=torch.long, device=vectors.device)
