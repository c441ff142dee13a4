"""Trains the starter's text tower: words → the 512-d target space of the sounds."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from tokenizers import ByteLevelBPETokenizer
from torch import nn

from qvim_studio.models.torch_audio import torchaudio  # noqa: F401  (before transformers)
from qvim_studio.training.corpus import Corpus, load_corpus
from qvim_studio.training.labels import CLASSES, RULES, sound_class, words
from qvim_studio.training.loop import LoopOptions, Metrics, Trainer, whole_folder
from qvim_studio.training.machine import find_machine

from transformers import (  # isort: skip
    ClapTextConfig,
    ClapTextModelWithProjection,
    RobertaTokenizer,
)

SPECIAL_TOKENS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")  # RoBERTa's, in its order
VOCABULARY = 1200
MAX_TOKENS = 77
TEMPLATES = ("{}", "{}", "{}", "the sound of {}", "a {}", "{} sound", "sound of a {}")
ADJECTIVES = ("loud", "quiet", "short", "long", "big", "small", "heavy", "soft", "distant", "fast")


@dataclass(frozen=True)
class ClapTraining:
    """Hyper-parameters with their reasons.

    width, layers: the vocabulary of labels is small. null_share: texts that are empty and must
    give the unconditional vector. contrast: against all other classes of the batch.
    """

    width: int = 128
    layers: int = 2
    batch: int = 64
    null_share: float = 0.05
    contrast: float = 0.5
    temperature: float = 0.1
    loop: LoopOptions = field(
        default_factory=lambda: LoopOptions(learning_rate=1e-3, checkpoint_every_s=60.0)
    )


def text_of(label: str, plain: str, rng: np.random.Generator) -> str:
    """One way a user might put it: part of the words, the label itself, adjectives, cases."""
    choices = [part.strip() for part in plain.split(",")]
    readable = re.sub(r"[^a-z ]+", " ", label.lower()).strip()
    if readable and rng.random() < 0.3:
        choices = [readable]
    rng.shuffle(choices)
    text = ", ".join(choices[: int(rng.integers(1, len(choices) + 1))])
    if rng.random() < 0.2:
        text = f"{rng.choice(ADJECTIVES)} {text}"
    text = str(rng.choice(TEMPLATES)).format(text)
    return text.capitalize() if rng.random() < 0.2 else text


def make_tokenizer(corpus: Corpus, folder: Path) -> RobertaTokenizer:
    """Byte-level BPE over labels and words, saved in RoBERTa's layout."""
    lines = [plain for _, plain, _ in RULES for _ in range(20)]
    lines += [item.label for item in corpus.items]
    lines += [*ADJECTIVES, *(template.replace("{}", "") for template in TEMPLATES)]
    bpe = ByteLevelBPETokenizer()
    bpe.train_from_iterator(lines, VOCABULARY, min_frequency=2, special_tokens=[*SPECIAL_TOKENS])
    folder.mkdir(parents=True, exist_ok=True)
    bpe.save_model(str(folder))
    vocabulary = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
    merges = [tuple(line.split()) for line in (folder / "merges.txt").read_text().splitlines()[1:]]
    tokenizer = RobertaTokenizer(vocab=vocabulary, merges=merges, model_max_length=MAX_TOKENS)
    tokenizer.save_pretrained(folder)
    return tokenizer


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
            pad_token_id=SPECIAL_TOKENS.index("<pad>"),
        )
    )


def run(
    corpus_folder: Path, run_folder: Path, minutes: float, options: ClapTraining | None = None
) -> None:
    """Train; leaves ``run_folder/text_encoder`` (float16) and ``run_folder/tokenizer``."""
    options = options or ClapTraining()
    corpus = load_corpus(corpus_folder)
    stored = np.load(corpus_folder / "targets.npz")
    targets, null = stored["embeddings"], torch.from_numpy(stored["null"])
    with find_machine().main_first():
        tokenizer = make_tokenizer(corpus, run_folder / "tokenizer")
    torch.manual_seed(options.loop.seed)
    tower = make_tower(options, len(tokenizer))
    trainer = Trainer(tower, options.loop, run_folder)
    classes = np.array([sound_class(item.label, item.source) for item in corpus.items])
    groups = np.unique(classes, return_inverse=True)[1]
    # Every class as often as its square root: rare classes count, common ones are known better.
    counts = np.bincount(groups)
    train = corpus.indices("train")
    weights = 1 / np.sqrt(counts[groups[train]])
    weights /= weights.sum()

    def embed(network: nn.Module, texts: list[str]) -> torch.Tensor:
        tokens = tokenizer(
            texts, return_tensors="pt", padding=True, truncation=True, max_length=MAX_TOKENS
        ).to(next(network.parameters()).device)
        made = network(
            input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]
        ).text_embeds
        return nn.functional.normalize(made, dim=-1)

    def step_loss(rng: np.random.Generator) -> tuple[torch.Tensor, Metrics]:
        drawn = rng.choice(train, size=options.batch, p=weights)
        labels = [(corpus.items[i].label, corpus.items[i].source) for i in drawn]
        texts = [text_of(label, words(label, source), rng) for label, source in labels]
        wanted = torch.from_numpy(targets[drawn])
        is_null = rng.random(options.batch) < options.null_share
        texts = ["" if empty else text for text, empty in zip(texts, is_null, strict=True)]
        wanted[torch.from_numpy(is_null)] = null
        wanted = wanted.to(trainer.device)
        made = embed(tower, texts)
        cosine = (made * wanted).sum(dim=-1).mean()
        same = torch.from_numpy(groups[drawn][:, None] == groups[drawn][None, :])
        same = same.fill_diagonal_(False).to(trainer.device)
        logits = (made @ wanted.T / options.temperature).masked_fill(same, float("-inf"))
        rows = torch.arange(len(made), device=trainer.device)
        contrast = nn.functional.cross_entropy(logits, rows)
        return 1 - cosine + options.contrast * contrast, {"cosine": cosine.item()}

    @torch.no_grad()
    def save() -> Metrics:
        averaged = trainer.ema_model(make_tower(options, len(tokenizer)))
        names = [name for name in CLASSES if name in classes[train]]
        means = np.stack([targets[train][classes[train] == name].mean(axis=0) for name in names])
        similarity = embed(averaged, names).numpy() @ means.T
        found = similarity.argmax(axis=1) == np.arange(len(names))
        unconditional = float((embed(averaged, [""])[0] * null).sum())
        with whole_folder(run_folder / "text_encoder") as folder:
            averaged.half().save_pretrained(folder)
        return {"class_names_found": float(found.mean()), "null_cosine": unconditional}

    trainer.run(step_loss, minutes, on_checkpoint=save)
