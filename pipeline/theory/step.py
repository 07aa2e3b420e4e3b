"""The checks of section 1: is what it states true, here and in the write-up?

Every outcome goes to theory.json, which the report shows; those of the write-up also to mathematics.csv.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

import pandas as pd

from pipeline.cli.command_line import command
from pipeline.config.settings import Neuron
from pipeline.experiments.tidy import to_csv
from pipeline.files.sealed import write_json, write_text
from pipeline.theory import farkas, jacobian, threshold
from pipeline.theory.proof import Impossibility, Proposition, Solution, Theory
from pipeline.theory.propositions import propositions

COLUMNS = ("claim", "verdict", "remark")
Neurons = TypedDict("Neurons", {"and": Neuron, "or": Neuron})


def check(neurons: Mapping[str, Neuron]) -> Theory:
    """Run every check of section 1."""
    return Theory(
        derivations=jacobian.derivations(),
        solutions={function: _solution(function, neuron) for function, neuron in neurons.items()},
        xor=_impossibility(),
        tables=threshold.tables(),
        samples=jacobian.SAMPLES,
        symbolic_sizes=(min(jacobian.SYMBOLIC_SIZES), max(jacobian.SYMBOLIC_SIZES)),
        propositions=propositions(),
    )


def _solution(function: str, neuron: Neuron) -> Solution:
    first, second, bias = (threshold.exact(number) for number in (*neuron.weights, neuron.bias))
    return Solution((first, second), bias, threshold.rows(threshold.FUNCTIONS[function], (first, second), bias))


def _impossibility() -> Impossibility:
    outputs = threshold.FUNCTIONS["xor"]
    wanted = threshold.constraints(outputs)
    multipliers = farkas.certificate(wanted) or (0,) * len(wanted)
    return Impossibility(
        contradictory=threshold.total(outputs, 1) == threshold.total(outputs, 0),
        multipliers=multipliers,
        bound=threshold.bound(multipliers, wanted),
        proved=threshold.proves(multipliers, wanted),
    )


def to_frame(propositions: Sequence[Proposition]) -> pd.DataFrame:
    """mathematics.csv: COLUMNS."""
    rows = [(f"{each.place} {each.says}", each.verdict, each.remark) for each in propositions]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def write(neurons: Neurons, output: Path, table: Path) -> None:
    """Check what section 1 states, with these neurons; write theory.json, and what the write-up states as a table."""
    checked = check({"and": neurons["and"], "or": neurons["or"]})
    write_text(table, to_csv(to_frame(checked.propositions)))
    write_json(output, checked)


main = command(write)

if __name__ == "__main__":
    main()
