"""Records of a benchmark with invented numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

MACHINE = {
    "cpu": "Invented CPU",
    "cores": 2,
    "memory_bytes": 2**34,
    "system": "Debian GNU/Linux 12 (bookworm)",
    "kernel": "6.1.0",
    "python": "3.11.2",
}
VERSIONS = {"python": "3.11.2", "numpy": "2.4.6", "blas": "openblas 0.3.30", "torch": "2.13.0", "jax": "0.9.1"}
SIZES = (16, 32, 64, 128)
FLOORS = (0.55, 0.42, 0.35, 0.3)
SPARSE_FLOORS = (0.11, 0.085, 0.07, 0.06)
NUMPY = (0.92, 0.61, 0.46, 0.38)
COMPILED = (0.31, 0.25, 0.22, 0.2)
AVX2 = (0.4, 0.33, 0.29, 0.26)
ENGINES = {"NumPy engine": NUMPY, "compiled engine": COMPILED, "compiled engine for AVX2": AVX2}
OTHERS = {
    "textbook NumPy": (4.1, 2.6, 1.9, 1.5),
    "PyTorch, eager": (2.4, 1.3, 0.8, 0.5),
    "PyTorch, by hand": (1.31, 0.82, 0.55, 0.42),
    "JAX": (1.9, 1.05, 0.64, 0.4),
    "scikit-learn": (1.95, 1.2, 0.83, 0.66),
}


def records(
    others: Mapping[str, Sequence[float | None]] = OTHERS,
    *,
    engines: Mapping[str, Sequence[float | None]] = ENGINES,
    sizes: Sequence[int] = SIZES,
    floors: Sequence[float] = FLOORS,
    sparse_floors: Sequence[float] = SPARSE_FLOORS,
) -> list[dict[str, Any]]:
    """What `make bench` would write if it measured these seconds by batch size; None is not measured."""
    return [
        {
            "batch_size": size,
            "system": system,
            "seconds_per_epoch": seconds[k],
            "floor_seconds": floors[k],
            "sparse_floor_seconds": sparse_floors[k],
            "machine": dict(MACHINE),
            "versions": dict(VERSIONS),
        }
        for k, size in enumerate(sizes)
        for system, seconds in {**others, **engines}.items()
        if seconds[k] is not None
    ]
