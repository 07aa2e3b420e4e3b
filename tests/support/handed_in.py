"""Files of printed numbers that a check has judged, made up."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from judging import PROTOCOL, judged

from pipeline.check.explanation import Explanation
from pipeline.check.printout import Checked
from pipeline.check.rates import Rate
from pipeline.config.quantity import Quantity
from pipeline.config.settings import Configuration
from pipeline.evidence.cells import JudgedCell
from pipeline.writeup.published import Cell, Column, Summary

ROOT = Path("handed in")
# mean 0.912, standard deviation 0.001581; one more run: ± 2.776 × 0.001581 × √1.2 = ± 0.0048
RUNS = (0.910, 0.911, 0.912, 0.913, 0.914)
HOSTILE = "</script><script>alert(1)</script> \"a\" 'b' & <img src=x onerror=alert(1)> \u202e" + "W" * 100
RATE = Rate("Table 9", "Table 1", "learning_rate 0.5 to 1", "testing_accuracy", "0.04", 0.045, "not reproduced")


def number(
    printed: str = "0.9120",
    runs: Sequence[float] = RUNS,
    rate: str = "0.1",
    table: str = "Table 1",
    metric: str = "testing_accuracy",
    **more: Any,
) -> JudgedCell:
    """A printed number of the configuration with a learning rate, judged alone."""
    column = Column({"learning_rate": Quantity(rate)}, Configuration(Quantity(rate), 0.001, 64, 128, 10))
    found = judged(Cell(table, (metric,), column, Quantity(printed), printed), metric, *runs)
    return replace(found, **more)


RIGHT, WRONG, ALONE = number(), number("0.9500", rate="0.2"), number("0.9300", runs=(0.93,), rate="0.4")
ODD = number("0.9180", rate="0.3", verdict="unusual", file_low=0.90, file_high=0.92)


def checked(name: str, *cells: JudgedCell, **more: Any) -> Checked:
    """A file with these numbers."""
    more = {"title": f"By {name}", "rates": ()} | more
    return Checked(path=ROOT / name, data="MNIST", protocol=PROTOCOL, stated=(), cells=cells, **more)


def mixed(name: str) -> Checked:
    """A file with a number of each verdict, other notations, hostile texts, a rate of change and an explanation."""
    return checked(
        name,
        *(RIGHT, WRONG, ODD, ALONE),
        number(table=HOSTILE, rate="0.5", text="91.20%", summary=Summary("best", 7)),
        title=HOSTILE,
        rates=(RATE, replace(RATE, verdict="reproduced")),
        explanation=Explanation("split", "<b>the last fifth</b> was held out", 12, 13, 3, 0.4),
    )
