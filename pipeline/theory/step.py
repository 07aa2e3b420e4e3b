"""The checks of section 1: is what it states true? Every outcome goes to theory.json, which the report shows."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.cli.arguments import NEURON, json_object
from pipeline.cli.console import run_step
from pipeline.config.settings import Neuron
from pipeline.files.sealed import write_json
from pipeline.theory import farkas, jacobian, threshold
from pipeline.theory.proof import Impossibility, Solution, Theory

NEURONS = json_object({"and": NEURON, "or": NEURON})


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


def write(neurons: Mapping[str, Any], output: Path) -> None:
    """Check section 1 with these neurons, given as plain values, and write theory.json."""
    checked = check({function: Neuron(tuple(n["weights"]), n["bias"]) for function, n in neurons.items()})
    write_json(output, checked)


def main() -> None:
    """Command line of the theory step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--neurons", required=True, type=NEURONS, help="the neurons of config.yaml, as JSON")
    parser.add_argument("--output", required=True, type=Path, help="theory.json")
    parser.add_argument("--log", type=Path)
    a = parser.parse_args()
    run_step(lambda: write(a.neurons, a.output), a.log)


if __name__ == "__main__":
    main()
