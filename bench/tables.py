"""What the benchmark prints."""

from rich import box
from rich.table import Table

from bench.job import EPOCHS_FOR_MEMORY, Cost
from bench.measure import Measured
from bench.targets import PEAK_BYTES, STARTUP_SECONDS, Verdict
from pipeline.training.benchmarks import FLOORS, OURS


def of_systems(measured: Measured, rounds: int) -> Table:
    """Seconds per epoch of each system, the floors last, and the ratio of each to the engines of this project."""
    ours = [name for name in OURS if name in measured.seconds]
    table = _table(f"Batch size {measured.batch_size}, median of {rounds}")
    table.add_column("system", no_wrap=True)
    for head in ("seconds per epoch", *(f"ratio to {name}" for name in ours)):
        table.add_column(head, justify="right", max_width=10)
    floors = {label: getattr(measured, field) for field, label in FLOORS.items()}
    for name, seconds in (measured.seconds | floors).items():
        ratios = (f"{seconds / measured.seconds[engine]:.2f}" for engine in ours)
        table.add_row(name, f"{seconds:.3f}", *ratios)
    return table


def of_targets(verdicts: list[Verdict]) -> Table:
    """Each target, what was found, and whether that meets it."""
    table = _table("Targets, as ratios of seconds per epoch")
    table.add_column("batch size", justify="right")
    table.add_column("ratio")
    table.add_column("target")
    table.add_column("found", justify="right")
    table.add_column("")
    for verdict in verdicts:
        found, met = ("", "not measured") if verdict.found is None else (f"{verdict.found:.2f}", _met(verdict))
        table.add_row(str(verdict.batch_size), verdict.ratio, verdict.target, found, met)
    return table


def of_job(cost: Cost) -> str:
    """What a job costs, in a line each."""
    return (
        f"A training job: {cost.startup_seconds:.2f} s until its first epoch (target: {STARTUP_SECONDS}), "
        f"{cost.overhead_seconds:.2f} s in all besides its epochs (medians),\n"
        f"{cost.peak_bytes / 1e6:.0f} MB of memory at its peak over {EPOCHS_FOR_MEMORY} epochs, mapped images included "
        f"(target: {PEAK_BYTES / 1e6:.0f})."
    )


def _met(verdict: Verdict) -> str:
    return "met" if verdict.met else "missed"


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
