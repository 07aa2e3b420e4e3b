"""What the training loop is meant to reach. Missing a target changes nothing but the last lines of the table."""

from dataclasses import dataclass

from bench.measure import Measured
from bench.systems import TEXTBOOK
from pipeline.training.benchmarks import OURS

# This system's seconds over ours, at least, by batch size.
SLOWER = {
    "JAX": {16: 1.15, 32: 1.25, 64: 1.25, 128: 1.25},
    "PyTorch, eager": {16: 5.0, 32: 4.0, 64: 3.0, 128: 2.2},
    TEXTBOOK: {16: 4.0, 32: 4.0, 64: 4.0, 128: 4.0},
}
# Our seconds over the floor's, at most.
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
    size, ours = measured.batch_size, measured.seconds[OURS]
    found: list[Verdict] = []
    for name, limits in SLOWER.items():
        if size in limits:
            ratio = measured.seconds[name] / ours if name in measured.seconds else None
            met = ratio is not None and ratio >= limits[size]
            found.append(Verdict(size, f"{name} / {OURS}", f"at least {limits[size]}", ratio, met))
    if size in ABOVE_FLOOR:
        ratio = ours / measured.floor_seconds
        met = ratio <= ABOVE_FLOOR[size]
        found.append(Verdict(size, f"{OURS} / floor", f"at most {ABOVE_FLOOR[size]}", ratio, met))
    return found
