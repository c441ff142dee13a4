"""What a frozen bundle holds, for the specs of PyInstaller on every system."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LEFT_OUT = {"screenshots"}  # of the README, which the program never reads

# Imported by names that are made while the program runs; a bundle would lack them.
TRANSFORMERS_MODELS = (
    *("auto", "bert", "clap", "encodec", "gemma", "gemma2", "gpt2", "musicgen", "roberta"),
    *("speecht5", "t5", "t5gemma"),
)
DIFFUSERS_PIPELINES = ("audioldm", "audioldm2", "deprecated", "musicldm", "stable_audio")
# Looked up by their versions.
VERSIONED = (
    *("accelerate", "diffusers", "filelock", "huggingface_hub", "numpy", "packaging", "PyYAML"),
    *("regex", "requests", "safetensors", "tokenizers", "torch", "tqdm", "transformers"),
)
# For tests, clusters and the preparation of data, all of which need the sources anyway.
EXCLUDED = (
    *("demucs", "hypothesis", "IPython", "matplotlib", "pandas", "pip", "pyarrow", "pytest", "ray"),
    *("setuptools", "sklearn", "tensorboard", "tensorflow", "tkinter", "torchvision", "triton"),
)


def resources() -> list[tuple[str, str]]:
    """Files and folders of resources/ with their place in the bundle, as PyInstaller takes them."""
    return [
        (str(path), "qvim_studio/resources" + (f"/{path.name}" if path.is_dir() else ""))
        for path in sorted((ROOT / "resources").iterdir())
        if path.name not in LEFT_OUT
    ]


def modules_of(package: str) -> list[str]:
    """Every module below a package, found without importing it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return []
    folder = Path(next(iter(spec.submodule_search_locations)))
    names = (path.relative_to(folder).with_suffix("").parts for path in folder.rglob("*.py"))
    return sorted({".".join((package, *parts)).removesuffix(".__init__") for parts in names})


def hidden_modules() -> list[str]:
    """What PyInstaller does not find by reading imports."""
    names = (*modules_of("qvim_studio"), *modules_of("transformers"), *modules_of("diffusers"))
    left_out = tuple(f"{name}." for name in unused_packages())
    return [name for name in names if not f"{name}.".startswith(left_out)]


def unused_packages() -> list[str]:
    """The models and pipelines of other programs, which the two libraries name in their type
    hints; all of them would double the bundle."""
    wanted = {
        *(f"transformers.models.{name}" for name in TRANSFORMERS_MODELS),
        *(f"diffusers.pipelines.{name}" for name in DIFFUSERS_PIPELINES),
    }
    rooms = ("transformers.models.", "diffusers.pipelines.")
    names = [*modules_of("transformers"), *modules_of("diffusers")]
    packages = {".".join(name.split(".")[:3]) for name in names if name.count(".") > 2}
    return sorted(name for name in packages - wanted if name.startswith(rooms))


def versioned() -> list[str]:
    """The distributions whose metadata the bundle needs, as far as they are installed."""
    return [name for name in VERSIONED if _is_installed(name)]


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True
