"""What the engines of this project are meant to reach. Missing a target changes nothing but what is printed."""

from dataclasses import dataclass

from bench.measure import Measured
from bench.systems import TEXTBOOK
from pipeline.training.benchmarks import COMPILED, COMPILED_AVX2, NUMPY

BATCH_SIZES = (16, 32, 64, 128)
# The seconds of a system over those of an engine, at least, by batch size.
SLOWER = {
    ("JAX", COMPILED_AVX2): dict.fromkeys(BATCH_SIZES, 1.4),
    ("JAX", COMPILED): dict.fromkeys(BATCH_SIZES, 1.8),
    ("PyTorch, eager", NUMPY): {16: 5.0, 32: 4.0, 64: 3.0, 128: 2.2},
    (TEXTBOOK, NUMPY): dict.fromkeys(BATCH_SIZES, 4.0),
}
# The seconds of the NumPy engine over those of the dense products, at most: it skips black pixels only in part.
ABOVE_FLOOR = {16: 1.5, 32: 1.25, 64: 1.15, 128: 1.1}

# Of a training job, at most.
STARTUP_SECONDS = 0.3
PEAK_BYTES = 250_000_000


@dataclass(frozen=True)
class Verdict:
    """One target: which ratio, what it should be, and what was found (None: the system was not measured)."""

    batch_size: int
    ratio: str
    target: str
    found: float | None
    met: bool


def verdicts(measured: Measured) -> list[Verdict]:
    """The targets for the batch size that was measured; none for a batch size that has none."""
    size, seconds = measured.batch_size, measured.seconds
    found: list[Verdict] = []
    for (name, engine), limits in SLOWER.items():
        if size in limits:
            ratio = seconds[name] / seconds[engine] if {name, engine} <= seconds.keys() else None
            met = ratio is not None and ratio >= limits[size]
            found.append(Verdict(size, f"{name} / {engine}", f"at least {limits[size]}", ratio, met))
    if size in ABOVE_FLOOR:
        ratio = seconds[NUMPY] / measured.floor_seconds
        met = ratio <= ABOVE_FLOOR[size]
        found.append(Verdict(size, f"{NUMPY} / dense floor", f"at most {ABOVE_FLOOR[size]}", ratio, met))
    return found
