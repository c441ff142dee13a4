"""Trains the starter's text tower: words → the 512-d target space of the sounds."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from tokenizers import (
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from torch import nn

from qvim_studio.audio.files.reading import read_audio
from qvim_studio.audio.resample import mono_at
from qvim_studio.checkpoints.checkpoint import TOWER_FOLDER
from qvim_studio.core.program.resources import library_rows, resource_path
from qvim_studio.networks.sound_effects_tower import DIMENSIONS, SoundEffectsTower
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before transformers)
from qvim_studio.training.corpus.captions import CaptionWriter, phrases_of
from qvim_studio.training.corpus.corpus import Corpus, load_corpus
from qvim_studio.training.corpus.labels import CLASSES, sound_class, words
from qvim_studio.training.loop.loop import STATE_FILE, LoopOptions, Metrics, Trainer, whole_folder
from qvim_studio.training.loop.machine import find_machine
from qvim_studio.training.trainers.meanings import Encoder, Meanings
from qvim_studio.training.trainers.targets import STARTER_CLAP_ID, load_targets

from transformers import (  # isort: skip
    ClapTextConfig,
    ClapTextModelWithProjection,
    PreTrainedTokenizerFast,
)

log = logging.getLogger(__name__)

START, PAD, END, UNKNOWN = "<s>", "<pad>", "</s>", "<unk>"  # RoBERTa's, in its order
VOCABULARY = 6000
WHOLE_WORDS = 2500  # the most frequent meaningful words have a token of their own
REPEATED = 20  # times that the tokenizer reads these and what sounds are called by
SILENT_COSINE = 0.7  # cosine with the unconditional vector; a text as near means no sound
MAX_TOKENS = 77


@dataclass(frozen=True)
class ClapTraining:
    """Hyper-parameters with their reasons.

    width, layers: the vocabulary is small. unknown_share: texts that say nothing, or are empty, and
    must give the unconditional vector. contrast: against all other sounds of the batch. free_batch:
    of texts whose meaning the sentence encoder gives; free_texts: drawn beside its single words.
    word_share, silent_share: of them that are single words and tell something, that mean no sound.
    """

    width: int = 128
    layers: int = 2
    batch: int = 96
    free_batch: int = 96
    free_texts: int = 30_000
    word_share: float = 0.4
    silent_share: float = 0.3
    unknown_share: float = 0.1
    contrast: float = 0.5
    temperature: float = 0.1
    loop: LoopOptions = field(
        default_factory=lambda: LoopOptions(
            learning_rate=1e-3, cooldown=0.5, checkpoint_every_s=60.0
        )
    )


def make_tokenizer(lines: Sequence[str], folder: Path) -> PreTrainedTokenizerFast:
    """Byte-level BPE over ``lines`` between RoBERTa's marks, saved in ``folder``.

    It ignores case and the position of a word in the text, so that the few words are learned once.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        min_frequency=1,
        special_tokens=[START, PAD, END, UNKNOWN],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(lines, trainer)
    end, start = (
        (token, number)
        for token in (END, START)
        if (number := tokenizer.token_to_id(token)) is not None
    )
    tokenizer.post_processor = processors.RobertaProcessing(end, start)
    made = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=START,
        cls_token=START,
        pad_token=PAD,
        eos_token=END,
        sep_token=END,
        unk_token=UNKNOWN,
        model_max_length=MAX_TOKENS,
    )
    made.save_pretrained(folder)
    return made


def make_tower(options: ClapTraining, vocabulary: int) -> ClapTextModelWithProjection:
    """AudioLDM's text class at small width."""
    return ClapTextModelWithProjection(
        ClapTextConfig(
            vocab_size=vocabulary,
            hidden_size=options.width,
            num_hidden_layers=options.layers,
            num_attention_heads=4,
            intermediate_size=2 * options.width,
            max_position_embeddings=MAX_TOKENS + 3,
            projection_dim=512,
            pad_token_id=1,
        )
    )


def as_right(fits: torch.Tensor, is_unknown: torch.Tensor) -> torch.Tensor:
    """(texts, answers) bool: other answers that are as right as a text's own.

    fits (texts, answers) bool: the caption is true of the sound. is_unknown (texts,) bool: in their
    place stands a text that says nothing, whose answer is none of the sounds.
    """
    both = is_unknown[:, None] & is_unknown[None, :]
    neither = ~is_unknown[:, None] & ~is_unknown[None, :]
    return (both | neither & fits).fill_diagonal_(False)


class FreeTexts:
    """Words and texts beside the names of sounds, with their meanings.

    texts: the encoder's single words, then drawn ones. targets: (texts, 512), unit vectors. odds:
    (texts,), of being drawn.
    """

    def __init__(
        self,
        writer: CaptionWriter,
        encoder: Encoder,
        meanings: Meanings,
        null: np.ndarray,
        options: ClapTraining,
    ) -> None:
        rng = np.random.default_rng(options.loop.seed)
        drawn = [writer.write_freely(encoder.words, rng) for _ in range(options.free_texts)]
        self.texts = [*encoder.words, *drawn]
        self.targets = meanings.of(self.texts)
        is_word = np.arange(len(self.texts)) < len(encoder.words)
        is_silent = self.targets @ null > SILENT_COSINE
        self.telling_words = [self.texts[one] for one in np.flatnonzero(is_word & ~is_silent)]
        kind = np.select([is_silent, is_word], [0, 1], default=2)
        shares = [options.silent_share, options.word_share]
        odds = (np.array([*shares, 1 - sum(shares)]) / np.bincount(kind, minlength=3).clip(1))[kind]
        self.odds = odds / odds.sum()


def sounds_of_the_library(corpus: Corpus) -> tuple[list[tuple[str, str]], np.ndarray]:
    """Label and source of the bundled sounds that the corpus lacks, and targets (sounds, 512).

    Their names are typed as well, and then lead to them. Empty if the corpus has no audio tower.
    """
    none = np.empty((0, DIMENSIONS), np.float32)
    if not (corpus.folder / TOWER_FOLDER).is_dir():
        return [], none
    tower = SoundEffectsTower.load(corpus.folder / TOWER_FOLDER)
    known = {(item.label, item.source) for item in corpus.items}
    library = resource_path("library")
    rows = [row for row in library_rows() if (row["label"], row["source"]) not in known]
    clips = [read_audio(library / row["file"]) for row in rows]
    embeddings = [tower.embed(mono_at(clip, tower.sample_rate)).numpy() for clip in clips]
    return [(row["label"], row["source"]) for row in rows], np.concatenate([none, *embeddings])


def run(
    corpus_folder: Path,
    run_folder: Path,
    minutes: float,
    encoder: Encoder,
    options: ClapTraining | None = None,
) -> None:
    """Train; leaves ``run_folder/text_encoder`` (float16) and ``run_folder/tokenizer``."""
    options = options or ClapTraining()
    corpus = load_corpus(corpus_folder)
    stored = load_targets(corpus, STARTER_CLAP_ID)
    null = torch.from_numpy(stored.null)
    train = corpus.indices("train")
    further, embeddings = sounds_of_the_library(corpus)
    labels = [*((corpus.items[i].label, corpus.items[i].source) for i in train), *further]
    targets = np.concatenate([stored.embeddings[train], embeddings])
    writer = CaptionWriter(labels, [corpus.items[index].captions for index in train])
    phrases = [phrases_of(*label) for label in labels]
    log.info("the sentence encoder reads %d words and texts, once", options.free_texts)
    meanings = Meanings(encoder, phrases, targets, stored.null)
    free = FreeTexts(writer, encoder, meanings, stored.null, options)
    with find_machine().main_first():
        if (run_folder / STATE_FILE).is_file():  # the weights belong to its tokens
            tokenizer = PreTrainedTokenizerFast.from_pretrained(run_folder / "tokenizer")
        else:
            frequent = [*writer.lines(), *free.telling_words[:WHOLE_WORDS]]
            lines = [*(frequent * REPEATED), *free.telling_words]
            tokenizer = make_tokenizer(lines, run_folder / "tokenizer")
    torch.manual_seed(options.loop.seed)
    tower = make_tower(options, len(tokenizer))
    trainer = Trainer(tower, options.loop, run_folder)
    # Kinds in proportion to the square root of their number, so that rare ones count more.
    counts = Counter(words(*label) for label in labels)
    odds = np.array([counts[words(*label)] ** -0.5 for label in labels])
    odds /= odds.sum()

    def embed(network: nn.Module, texts: list[str]) -> torch.Tensor:
        tokens = tokenizer(
            texts, return_tensors="pt", padding=True, truncation=True, max_length=MAX_TOKENS
        ).to(next(network.parameters()).device)
        made = network(
            input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]
        ).text_embeds
        return nn.functional.normalize(made, dim=-1)

    def step_loss(rng: np.random.Generator) -> tuple[torch.Tensor, Metrics]:
        drawn = rng.choice(len(labels), size=options.batch, p=odds)
        captions = [writer.write(sound, rng) for sound in drawn]
        is_unknown = torch.from_numpy(rng.random(options.batch) < options.unknown_share)
        texts = [
            writer.write_unknown(rng) if unknown else caption.text
            for caption, unknown in zip(captions, is_unknown, strict=True)
        ]
        wanted = torch.from_numpy(targets[drawn])
        wanted[is_unknown] = null
        fits = torch.tensor([[writer.fits(one, sound) for sound in drawn] for one in captions])
        wanted, others = wanted.to(trainer.device), as_right(fits, is_unknown).to(trainer.device)
        made = embed(tower, texts)
        cosine = (made * wanted).sum(dim=-1).mean()
        freely = rng.choice(len(free.texts), size=options.free_batch, p=free.odds)
        aimed = torch.from_numpy(free.targets[freely]).to(trainer.device)
        free_cosine = (embed(tower, [free.texts[one] for one in freely]) * aimed).sum(dim=-1).mean()
        logits = (made @ wanted.T / options.temperature).masked_fill(others, float("-inf"))
        rows = torch.arange(len(made), device=trainer.device)
        contrast = nn.functional.cross_entropy(logits, rows)
        loss = 1 - cosine + options.contrast * contrast + 1 - free_cosine
        return loss, {"cosine": cosine.item(), "free_cosine": free_cosine.item()}

    classes = np.array([sound_class(*label) for label in labels])
    names = [name for name in CLASSES if name in classes]
    means = np.stack([targets[classes == name].mean(axis=0) for name in names])

    @torch.no_grad()
    def save() -> Metrics:
        averaged = trainer.ema_model(make_tower(options, len(tokenizer)))
        similarity = embed(averaged, names).numpy() @ means.T
        found = similarity.argmax(axis=1) == np.arange(len(names))
        unconditional = float((embed(averaged, [""])[0] * null).sum())
        with whole_folder(run_folder / "text_encoder") as folder:
            averaged.half().save_pretrained(folder)
        return {"class_names_found": float(found.mean()), "null_cosine": unconditional}

    trainer.run(step_loss, minutes, on_checkpoint=save)
