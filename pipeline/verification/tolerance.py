"""By how much a result may differ on a machine of another class and still count as reproduced.

There the same single-precision sums are taken in another order and round otherwise, and the difference is carried from
step to step. To see how far it grows, 37 runs of config.yaml, the longest among them and those with the largest rates,
were trained with kernels without fused multiply-add and with vectors of half the width (OPENBLAS_CORETYPE=Nehalem,
NPY_DISABLE_CPU_FEATURES=X86_V3). No accuracy moved by more than one image, and of the validation accuracies of 454
epochs three moved at all; losses and norms moved by 0.0001 of themselves at most. Another seed, which is another sample
and no reproduction, moves losses by hundredths of themselves and accuracies by 0.001 and more. What is allowed lies
between. On a machine of the same class nothing is: every byte has to match.
"""

import re

from pipeline.verification.differences import Change, Value

ACCURACY = 0.0005  # 6 of 12,000 validation images, 0.05 percentage points
# Two epochs may have as good as the same validation accuracy; if the other one is the best now, its model is tested.
TESTING_ACCURACY = 0.002
RELATIVE = 0.001  # of losses, norms and all other numbers
BEST_EPOCHS = ("best_validation_loss", "testing_loss")
RELATIVE_OF_BEST = 0.05  # of their losses: by up to 0.04 they differ between epochs that are the best but for an image
BOUNDS = 4  # how much further a bound of an interval may move, being several standard deviations away
COUNTED = 0.2  # of what is counted on each seed: one of five counts one more
EPOCHS_TO_FIT = 2  # until the last training image is classified correctly

COUNTS = ("n", "seeds", "diverged", "as_predicted", "images", "threshold")  # the same on every machine
ENDS = ("low", "high", "open_from", "open_to")  # of an interval
# What follows from numbers beside it, which are compared, and from which the verdict does.
DERIVED = ("p_supported", "p_contradicted", "seeds_wanted")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def within(change: Change) -> bool:
    """Whether a difference can be one of the machine's class."""
    if change.column == "statistic":  # its numbers are those of tests.csv, rounded
        return _words(change.old) == _words(change.new)
    if not isinstance(change.old, float) or not isinstance(change.new, float):
        return False
    return abs(change.new - change.old) <= allowed(change)


def allowed(change: Change) -> float:
    """By how much a number may differ."""
    column = change.column
    if column in COUNTS:
        return 0.0
    if column in DERIVED:
        return float("inf")
    if column == "best_epoch" or (change.about.get("metric") == "best_epoch"):
        return float("inf")  # its validation accuracy has to agree
    if column == "epochs_to_fit":
        return EPOCHS_TO_FIT
    return _unit(change) * (BOUNDS if column in ENDS else 1)


def _unit(change: Change) -> float:
    about = change.about
    measure = str(about.get("metric") or about.get("row") or change.column)
    if about.get("unit") == "percentage points":
        return 100 * ACCURACY
    if about.get("unit") == "nats":
        return RELATIVE
    if about.get("unit") in ("falls", "crossings"):
        return COUNTED
    if "testing_accuracy" in measure:
        return TESTING_ACCURACY
    if "accuracy" in measure:
        return ACCURACY
    return (RELATIVE_OF_BEST if measure in BEST_EPOCHS else RELATIVE) * _size(change)


def _size(change: Change) -> float:
    """How large the number is; of a standard deviation or a bound, the number that it belongs to."""
    column = change.column
    if column == "sd" or column in ENDS:
        column = "mean" if "mean" in change.about else "value"
    value = change.about.get(column.removesuffix("_sd") + "_mean" if column.endswith("_sd") else column)
    return abs(value) if isinstance(value, float) else 0.0


def _words(value: Value) -> str:
    return _NUMBER.sub("#", str(value))
