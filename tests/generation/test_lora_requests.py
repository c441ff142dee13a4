"""A request with LoRAs: mixed in, named with licence and revision, made again from its recipe."""

from __future__ import annotations

from pathlib import Path

from engine_runs import generate
from tiny_checkpoint import build_tiny_checkpoint
from tiny_lora import write_tiny_lora

from qvim_studio.checkpoints.changes.loras import list_loras
from qvim_studio.core.options import OptionValues
from qvim_studio.core.request import GenerationRequest
from qvim_studio.families.importing import import_lora, import_source
from qvim_studio.generation.engine import StudioEngine


def test_a_request_names_its_loras_and_the_recipe_keeps_licence_and_revision(
    tmp_path: Path, quick_ears: None
) -> None:
    import_source(build_tiny_checkpoint(tmp_path / "base"), allow_pickle=False)
    for name, licence in (("rain", "MIT"), ("wood", "unknown")):
        path = write_tiny_lora(tmp_path / f"{name}.safetensors")
        import_lora(path, "tiny", allow_pickle=False, licence=licence)
    engine = StudioEngine(lambda *asked: ())
    plain = generate(engine, "tiny", variations=1)
    assert not [name for name in plain.request.options if name.startswith("lora.")]
    result = generate(
        engine, "tiny", variations=1, options=OptionValues({"lora.rain": 0.8, "lora.wood": 0.0})
    )
    assert dict(result.request.options)["lora.rain"] == 0.8
    assert "lora.wood" not in result.request.options
    assert not (result.variations[0].clip.samples == plain.variations[0].clip.samples).all()
    (rain,) = (lora for lora in list_loras() if lora.id == "rain")
    assert result.provenance.loras == f"rain 0.8 (MIT, revision {rain.revision})"
    assert (result.provenance.licence, result.provenance.commercial) == ("CC0 + MIT", "no")
    assert f"LoRA: {result.provenance.loras}." in result.notes
    again = GenerationRequest.from_recipe(result.request.recipe(), result.request.imitation)
    assert again.options == result.request.options
    loaded = engine._loaded
    engine.prepare("tiny", result.request.vram_mode)
    assert engine._loaded is loaded  # with the LoRA, as the next request may have
    repeated = engine.generate(again, lambda progress: None, lambda: False)
    assert (repeated.variations[0].clip.samples == result.variations[0].clip.samples).all()
