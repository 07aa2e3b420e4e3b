"""The checks of section 1: is what it states true? Every outcome goes to theory.json, which the report shows."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

from pipeline.cli.command_line import command
from pipeline.config.settings import Neuron
from pipeline.files.sealed import write_json
from pipeline.theory import farkas, jacobian, threshold
from pipeline.theory.proof import Impossibility, Solution, Theory

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


def write(neurons: Neurons, output: Path) -> None:
    """Check what section 1 states, with these neurons, and write theory.json."""
    write_json(output, check({"and": neurons["and"], "or": neurons["or"]}))


main = command(write)

if __name__ == "__main__":
    main()
