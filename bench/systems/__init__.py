"""The systems that are measured, one module each, in the order in which they are listed."""

import importlib
import logging
from dataclasses import dataclass

from bench.work import System
from pipeline.errors import PipelineError
from pipeline.training.benchmarks import COMPILED, COMPILED_AVX2, NUMPY

logger = logging.getLogger("pipeline")


@dataclass(frozen=True)
class Entry:
    """A system's name, its module here, and the package that it is of (None: this project)."""

    name: str
    module: str
    package: str | None = None
    hint: str = "make bench installs it from locks/requirements-bench.lock."


TEXTBOOK = "textbook NumPy"
TORCH_HINT = "install the CPU build of torch 2.13.0 into .venv-bench."
NEEDED = (TEXTBOOK, NUMPY, COMPILED)  # by what is compared and what the report reads
ENTRIES = (
    Entry(TEXTBOOK, "numpy_textbook"),
    Entry(NUMPY, "numpy_engine"),
    Entry(COMPILED, "compiled_engine"),
    Entry(COMPILED_AVX2, "compiled_avx2"),
    Entry("PyTorch, eager", "torch_eager", "torch", TORCH_HINT),
    Entry("PyTorch, by hand", "torch_by_hand", "torch", TORCH_HINT),
    Entry("JAX", "jax_scan", "jax"),
    Entry("scikit-learn", "scikit_learn", "sklearn"),
)


def present() -> dict[str, type[System]]:
    """The systems that can be imported, by name; says of each other one why it is skipped."""
    found: dict[str, type[System]] = {}
    for entry in ENTRIES:
        try:
            found[entry.name] = importlib.import_module(f"bench.systems.{entry.module}").System
        except Exception as error:  # whatever is wrong with a peer, the others are measured
            if entry.name in NEEDED:
                raise
            logger.info(f"{entry.name}: skipped, {_reason(entry, error)}")
    return found


def _reason(entry: Entry, error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name == entry.package:
        return f"not installed. Hint: {entry.hint}"
    text = str(error).strip().partition("\n")[0] or type(error).__name__
    return text if isinstance(error, PipelineError) else f"its import failed: {text.removesuffix('.')}."
