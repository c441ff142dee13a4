"""How words and a voice become the two streams that the UNet listens to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from audioldm2_runs import FAMILY, asked_for, plan_of

from qvim_studio.audio.resample import mono_at
from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.request import VramMode
from qvim_studio.families.audioldm2.generator import AudioLdm2Generator
from qvim_studio.families.audioldm2.prompt import PromptEncoder
from qvim_studio.families.audioldm2.stream_denoiser import StreamCondition
from qvim_studio.families.protocol import Voice
from qvim_studio.networks.qvim.encoder import encoder_id, load_qvim_encoder
from qvim_studio.voice.adapter import Adapter, AdapterBinding, save_adapter
from qvim_studio.voice.bridge import BY_TOWER
from qvim_studio.voice.clap_audio import ClapAudioConditioner


def unit(size: int, seed: int = 0) -> torch.Tensor:
    made = torch.randn(1, size, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.normalize(made, dim=-1)


def voice() -> Voice:
    samples = 0.1 * np.random.default_rng(0).standard_normal(8000)
    clip = AudioClip.from_mono(samples.astype(np.float32), 16_000)
    return Voice(clip, unit(960)[0].numpy())


@pytest.fixture
def prompt(generator: AudioLdm2Generator) -> PromptEncoder:
    return generator.parts.prompt


def is_same(one: StreamCondition, other: StreamCondition) -> bool:
    return torch.equal(one.generated, other.generated) and torch.equal(one.words, other.words)


def test_without_a_negative_text_nothing_is_what_the_networks_learned(
    pipeline: Any, prompt: PromptEncoder
) -> None:
    """Of the original: zeros for the language model, T5 of an empty text for the words."""
    nothing = prompt.unwanted("")
    assert nothing.generated.shape == (1, 8, 768) and not nothing.generated.any()
    ids = pipeline.tokenizer_2([""], return_tensors="pt").input_ids
    torch.testing.assert_close(nothing.words, pipeline.text_encoder_2(ids)[0])


def test_a_long_negative_text_is_read_to_its_end(prompt: PromptEncoder) -> None:
    wanted, unwanted = prompt.wanted("dog", None, 0.5), prompt.unwanted("a very long negative text")
    assert unwanted.words.shape[1] > wanted.words.shape[1]
    both = unwanted.joined(wanted)
    assert both.words.shape[1] == unwanted.words.shape[1]
    assert torch.equal(both.words[:1], unwanted.words)
    assert both.is_word.sum(dim=1).tolist() == [unwanted.words.shape[1], wanted.words.shape[1]]


def test_a_voice_alone_takes_the_place_of_the_text_vector(
    pipeline: Any, prompt: PromptEncoder
) -> None:
    vector = unit(512)
    condition = prompt.wanted("", vector, 0.5)
    ids = pipeline.tokenizer_2([""], return_tensors="pt").input_ids
    words = pipeline.text_encoder_2(ids)[0]
    one = torch.ones(1, 1, dtype=torch.long)
    both = pipeline.projection_model(vector[:, None], words, one, torch.ones_like(ids))
    with torch.no_grad():
        generated = pipeline.generate_language_model(
            both.hidden_states, attention_mask=both.attention_mask, max_new_tokens=8
        )
    torch.testing.assert_close(condition.generated, generated, atol=1e-4, rtol=1e-4)


def test_the_balance_leads_from_the_voice_to_the_words(prompt: PromptEncoder) -> None:
    vector = unit(512)
    assert is_same(prompt.wanted("rain", vector, 0.0), prompt.wanted("", vector, 0.5))
    only_words = prompt.wanted("rain", None, 0.5)
    at_end = prompt.wanted("rain", vector, 1.0)
    torch.testing.assert_close(at_end.generated, only_words.generated, atol=1e-4, rtol=1e-4)
    assert torch.equal(at_end.words, only_words.words)
    middle = prompt.wanted("rain", vector, 0.5)
    assert torch.equal(middle.words, only_words.words)
    assert not torch.allclose(middle.generated, only_words.generated, atol=1e-4)


def test_words_fade_into_none_below_the_middle(prompt: PromptEncoder) -> None:
    nothing, full = prompt.unwanted("").words, prompt.wanted("rain", None, 0.5).words
    quarter = prompt.wanted("rain", unit(512), 0.25).words
    torch.testing.assert_close(quarter, (nothing[:, :1] + full) / 2)


def test_a_text_that_is_too_long_is_cut_and_told(
    checkpoint: Checkpoint, generator: AudioLdm2Generator
) -> None:
    generator.notes.clear()
    generator.condition(asked_for(checkpoint))
    assert not generator.notes
    generator.condition(asked_for(checkpoint, text=60 * "rain "))
    assert any("the rest was left out" in note for note in generator.notes)


def test_without_an_adapter_the_own_tower_hears_the_voice(
    checkpoint: Checkpoint, generator: AudioLdm2Generator, prompt: PromptEncoder
) -> None:
    asked = asked_for(checkpoint, text="", voice=voice())
    generator.notes.clear()
    condition = generator.condition(asked).conditions.wanted
    assert generator.notes == [BY_TOWER]
    assert asked.voice is not None
    tower = ClapAudioConditioner(checkpoint.installed_folder() / "text_encoder")
    embedding = tower.embed(mono_at(asked.voice.clip, tower.sample_rate))
    assert torch.equal(condition.generated, prompt.wanted("", embedding, 0.5).generated)


def add_adapter(folder: Any, clap_id: str) -> None:
    encoder = encoder_id(load_qvim_encoder(resource_path("starter", "qvim")))
    torch.manual_seed(0)
    save_adapter(Adapter(), AdapterBinding(encoder, clap_id, "tiny-2"), folder / "adapter")


def test_an_adapter_of_its_space_hears_the_voice(
    folder: Any, generator: AudioLdm2Generator
) -> None:
    add_adapter(folder, "tiny-clap")
    checkpoint = Checkpoint("tiny-2", "Tiny 2", folder, clap_id="tiny-clap")
    adapted = FAMILY.load(checkpoint, plan_of(VramMode.CPU))
    asked = asked_for(checkpoint, text="", voice=voice())
    by_adapter = adapted.condition(asked).conditions.wanted
    assert not adapted.notes
    by_tower = generator.condition(asked).conditions.wanted
    assert not torch.allclose(by_adapter.generated, by_tower.generated, atol=1e-4)


def test_an_adapter_of_another_space_is_refused(folder: Any) -> None:
    add_adapter(folder, "another-clap")
    checkpoint = Checkpoint("tiny-2", "Tiny 2", folder, clap_id="tiny-clap")
    with pytest.raises(CheckpointError, match="made for the clap 'another-clap'"):
        FAMILY.load(checkpoint, plan_of(VramMode.CPU))
