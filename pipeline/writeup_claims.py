"""The analytical claims of the write-up's section 3, each with the tests that would refute it.

The configurations are the write-up's own. config.yaml trains them, some for longer than the write-up did; where it does
not, the tests say so. Accuracies are validation accuracies: the testing images decide nothing.
"""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from pipeline import intervals
from pipeline.archive import Courses, Values
from pipeline.claims import EPOCHS, NATS, POINTS, RATIO, Claim, Measured, Test
from pipeline.settings import Configuration

NEGLIGIBLE = 0.002  # accuracy; about the standard error that 12,000 validation images leave at an accuracy of 0.95
LATE = 3  # epochs whose mean stands for the end of a curve, which a single epoch would make noisy
NEAR = 0.01  # accuracy within which a curve counts as having converged to its best
LEARNED = 0.05  # accuracy above that of a constant answer from which on a network counts as having learned something
SELECTED_BY = 1  # the seed of the grid, which chose its leaders and so says nothing on them

DEFAULT = Configuration(learning_rate=0.1, reg=0.001, batch_size=64, hidden=128, epochs=10)
RATE_1 = replace(DEFAULT, learning_rate=1.0)
RATE_5E2 = replace(DEFAULT, learning_rate=5 * math.exp(-2))
RATE_E1 = replace(DEFAULT, learning_rate=math.exp(-1))
RATE_E2 = replace(DEFAULT, learning_rate=math.exp(-2))
REG_E1, REG_E2, REG_E3, REG_E4 = (replace(DEFAULT, reg=math.exp(-power)) for power in (1, 2, 3, 4))
BEST = Configuration(learning_rate=0.6, reg=0.0001, batch_size=16, hidden=128, epochs=10)
LARGE_BATCH = replace(BEST, batch_size=128)

PerSeed = Callable[[Courses], Values]


def of_each(per_seed: PerSeed) -> Callable[[Courses], Measured]:
    """The mean of a number that each seed's course gives."""

    def measure(courses: Courses) -> Measured:
        values = per_seed(courses)
        return Measured(float(values.mean()), intervals.mean(values), len(values))

    return measure


def first_minus_second(per_seed: PerSeed) -> Callable[[Courses, Courses], Measured]:
    """The mean of the first configuration's numbers minus that of the second's."""

    def measure(first: Courses, second: Courses) -> Measured:
        a, b = per_seed(first), per_seed(second)
        return Measured(float(a.mean() - b.mean()), intervals.difference(a, b), min(len(a), len(b)))

    return measure


def late(column: str) -> PerSeed:
    """The mean of a column over the last epochs."""
    return lambda courses: courses[column][:, -LATE:].mean(axis=1)


def since(epoch: int, per_seed: PerSeed) -> PerSeed:
    """By how much a number is larger at the end of the course than it was after an earlier epoch."""
    return lambda courses: per_seed(courses) - per_seed(courses.to_epoch(epoch))


def accuracy_at_end(courses: Courses) -> Values:
    """Validation accuracy after the last epoch."""
    return courses["validation_accuracy"][:, -1]


def best_accuracy(courses: Courses) -> Values:
    """Validation accuracy of the best epoch, for courses of equal length: more epochs have better ones by luck."""
    return np.asarray(courses["validation_accuracy"].max(axis=1))


def gap(courses: Courses) -> Values:
    """Training minus validation accuracy over the last epochs."""
    return np.asarray(late("training_accuracy")(courses) - late("validation_accuracy")(courses))


def falls(courses: Courses) -> Values:
    """All falls of validation accuracy from one epoch to the next, added up; the first epoch is left out."""
    steps = np.diff(courses["validation_accuracy"][:, 1:], axis=1)
    return np.asarray(-np.minimum(steps, 0).sum(axis=1))


def epochs_to_converge(courses: Courses) -> Values:
    """The first epoch whose validation accuracy is within NEAR of the best of the course."""
    accuracy = courses["validation_accuracy"]
    return np.asarray((accuracy >= accuracy.max(axis=1, keepdims=True) - NEAR).argmax(axis=1) + 1, dtype=float)


def gradient_against_end(epoch: int) -> PerSeed:
    """The norm of the mean gradient in an epoch over that at the end of the course."""
    return lambda courses: courses["gradient_norm"][:, epoch - 1] / courses["gradient_norm"][:, -1]


CLAIMS = (
    Claim(
        "local-minimum",
        "3.1",
        "The smallest rate, e^-2, is caught in a local minimum.",
        (
            Test(
                "validation accuracy after 74 epochs minus that after 10, at the smallest rate",
                (replace(RATE_E2, epochs=74),),
                of_each(since(10, late("validation_accuracy"))),
                "below",
                NEGLIGIBLE,
                POINTS,
                supported="Trained on, the smallest rate gains nothing.",
                contradicted="Trained on, the smallest rate goes on gaining accuracy, so no minimum holds it.",
                undetermined="Whether the smallest rate gains anything when it is trained on cannot be told.",
            ),
            Test(
                "rate e^-1 after 10 epochs minus rate e^-2 after 27, the same learning rate × epochs",
                (RATE_E1, replace(RATE_E2, epochs=27)),
                first_minus_second(accuracy_at_end),
                "above",
                NEGLIGIBLE,
                POINTS,
                supported="After as long a way, the smaller rate is still below the larger one.",
                contradicted="After as long a way, the smaller rate is as good as the larger: not caught, only behind.",
                undetermined="After as long a way, the two rates are too close for a verdict.",
            ),
            Test(
                "norm of the mean gradient in epoch 10 over that in epoch 74, at the smallest rate",
                (replace(RATE_E2, epochs=74),),
                of_each(gradient_against_end(10)),
                "below",
                1.0,
                RATIO,
                supported="Its gradient is as small after 10 epochs as it ever gets.",
                contradicted="Its gradient after 10 epochs is larger than it is later: it had not come to rest.",
                undetermined="Its gradient after 10 epochs cannot be told from the later one.",
            ),
        ),
    ),
    Claim(
        "oscillation",
        "3.1",
        "Large rates oscillate around the minimum; the smallest converges more smoothly.",
        tuple(
            Test(
                f"sum of the falls of validation accuracy between epochs, rate {name} minus rate e^-2",
                (rate, RATE_E2),
                first_minus_second(falls),
                "above",
                0.0,
                POINTS,
                supported=f"The curve of rate {name} falls back more than that of e^-2.",
                contradicted=f"The curve of rate {name} falls back less than that of e^-2.",
                undetermined=f"Which of the rates {name} and e^-2 falls back more cannot be told.",
            )
            for name, rate in (("5e^-2", RATE_5E2), ("1", RATE_1))
        ),
    ),
    Claim(
        "no-overshooting",
        "3.1",
        "Steps as large as those of rate 1 do not leave the minimum for a worse one.",
        (
            Test(
                "validation accuracy of rate 5e^-2 minus that of rate 1",
                (RATE_5E2, RATE_1),
                first_minus_second(best_accuracy),
                "below",
                NEGLIGIBLE,
                POINTS,
                supported="Rate 1 loses nothing against the next smaller rate.",
                contradicted="Rate 1 ends below the next smaller rate.",
                undetermined="Whether rate 1 ends below the next smaller rate cannot be told.",
            ),
        ),
    ),
    Claim(
        "nothing-learned",
        "3.2",
        "With every coefficient but the smallest the network has learned almost nothing.",
        tuple(
            Test(
                f"validation accuracy with the coefficient {name} minus that with e^-1, a constant answer",
                (reg, REG_E1),
                first_minus_second(late("validation_accuracy")),
                "below",
                LEARNED,
                POINTS,
                supported=f"With {name} the network answers little better than a constant.",
                contradicted=f"With {name} the network has learned a good part of the task.",
                undetermined=f"Whether the network with {name} has learned anything depends on the seed.",
            )
            for name, reg in (("e^-2", REG_E2), ("e^-3", REG_E3))
        ),
    ),
    Claim(
        "smaller-is-better",
        "3.2",
        "To reach the lowest loss the coefficient has to be below all those tested.",
        (
            Test(
                "validation loss with the coefficient e^-4 minus that with 0.001",
                (REG_E4, DEFAULT),
                first_minus_second(late("validation_loss")),
                "above",
                0.0,
                NATS,
                supported="A coefficient below those tested reaches a lower loss than the smallest of them.",
                contradicted="A coefficient below those tested reaches no lower loss than the smallest of them.",
                undetermined="Whether a coefficient below those tested reaches a lower loss cannot be told.",
            ),
        ),
    ),
    Claim(
        "no-overfitting",
        "3.2",
        "There is no overfitting as the coefficient falls.",
        (
            Test(
                "training minus validation accuracy, with e^-4 minus with e^-3",
                (REG_E4, REG_E3),
                first_minus_second(gap),
                "below",
                LEARNED / 5,
                POINTS,
                supported="From e^-3 to e^-4, training and validation accuracy do not part.",
                contradicted="From e^-3 to e^-4, training and validation accuracy part.",
                undetermined="Whether training and validation accuracy part from e^-3 to e^-4 cannot be told.",
            ),
            Test(
                "training minus validation accuracy, without a penalty minus with e^-4",
                (replace(DEFAULT, reg=0.0), REG_E4),
                first_minus_second(gap),
                "below",
                LEARNED / 5,
                POINTS,
                supported="Even without a penalty they do not part within ten epochs of this rate.",
                contradicted="Without a penalty they part.",
                undetermined="Whether they part without a penalty cannot be told.",
                decides=False,
            ),
        ),
    ),
    Claim(
        "faster-convergence",
        "3.2",
        "A smaller coefficient converges faster.",
        (
            Test(
                "epochs until within a point of the own best accuracy, with e^-3 minus with e^-4",
                (REG_E3, REG_E4),
                first_minus_second(epochs_to_converge),
                "above",
                0.0,
                EPOCHS,
                supported="e^-4 comes near its best sooner than e^-3.",
                contradicted="e^-4 comes near its best later than e^-3.",
                undetermined="Which of e^-3 and e^-4 comes near its best sooner cannot be told.",
            ),
            Test(
                "epochs until within a point of the own best accuracy, with e^-4 minus with 0.001",
                (REG_E4, DEFAULT),
                first_minus_second(epochs_to_converge),
                "above",
                0.0,
                EPOCHS,
                supported="0.001 comes near its best sooner than e^-4.",
                contradicted="0.001 comes near its best later than e^-4, which has less far to go.",
                undetermined="Which of e^-4 and 0.001 comes near its best sooner cannot be told.",
            ),
        ),
    ),
    Claim(
        "marginal-rates",
        "3.3",
        "Above the rate e^-1, accuracy improves only marginally.",
        (
            Test(
                "validation accuracy of rate 1 minus that of e^-1",
                (RATE_1, RATE_E1),
                first_minus_second(best_accuracy),
                "below",
                LEARNED / 5,
                POINTS,
                supported="From e^-1 to 1, accuracy changes by less than a point.",
                contradicted="From e^-1 to 1, accuracy rises by more than a point.",
                undetermined="Whether accuracy rises by more than a point from e^-1 to 1 cannot be told.",
            ),
        ),
    ),
    Claim(
        "larger-batch",
        "3.3",
        "A larger batch loses accuracy because it cannot leave local minima.",
        (
            Test(
                "validation accuracy with batches of 16 minus that with 128, both after 10 epochs",
                (BEST, LARGE_BATCH),
                first_minus_second(best_accuracy),
                "above",
                NEGLIGIBLE,
                POINTS,
                supported="After as many epochs, the larger batch is behind.",
                contradicted="After as many epochs, the larger batch is not behind: there is nothing to explain.",
                undetermined="Whether the larger batch is behind after as many epochs cannot be told.",
                decides=False,
            ),
            Test(
                "the same over the last epochs, after 10 and after 80: equal numbers of updates",
                (BEST, replace(LARGE_BATCH, epochs=80)),
                first_minus_second(late("validation_accuracy")),
                "above",
                NEGLIGIBLE,
                POINTS,
                supported="After as many updates, the larger batch is still behind.",
                contradicted="After as many updates, the larger batch is not behind: what it lacked was updates.",
                undetermined="Whether the larger batch is behind after as many updates cannot be told.",
            ),
        ),
    ),
    Claim(
        "small-batch-slower",
        "3.3",
        "The noise of small batches makes convergence take longer.",
        (
            Test(
                "epochs until within a point of the own best accuracy, with batches of 16 minus with 128",
                (BEST, replace(LARGE_BATCH, epochs=80)),
                first_minus_second(epochs_to_converge),
                "above",
                0.0,
                EPOCHS,
                supported="Small batches need more epochs to come near their best.",
                contradicted="Small batches come near their best in fewer epochs.",
                undetermined="Which batch size comes near its best sooner cannot be told.",
            ),
        ),
    ),
    Claim(
        "early-stopping",
        "3.3",
        "Trained on, the best configuration overfits and loses accuracy, so that early stopping is needed.",
        (
            Test(
                "training minus validation accuracy after 30 epochs minus that after 10",
                (replace(BEST, epochs=30),),
                of_each(since(10, gap)),
                "above",
                NEGLIGIBLE,
                POINTS,
                supported="Trained on, training accuracy draws away from validation accuracy.",
                contradicted="Trained on, training and validation accuracy do not draw apart.",
                undetermined="Whether training and validation accuracy draw apart cannot be told.",
                decides=False,
            ),
            Test(
                "validation accuracy after 30 epochs minus that after 10",
                (replace(BEST, epochs=30),),
                of_each(since(10, late("validation_accuracy"))),
                "below",
                -NEGLIGIBLE,
                POINTS,
                supported="Twenty more epochs cost validation accuracy.",
                contradicted="Twenty more epochs cost no validation accuracy, so stopping early protects nothing.",
                undetermined="Whether twenty more epochs cost validation accuracy cannot be told.",
            ),
            Test(
                "validation accuracy after 30 epochs minus that after 10, without a penalty",
                (replace(BEST, reg=0.0, epochs=30),),
                of_each(since(10, late("validation_accuracy"))),
                "below",
                -NEGLIGIBLE,
                POINTS,
                supported="Without a penalty they cost accuracy.",
                contradicted="Without a penalty they cost none either.",
                undetermined="Whether they cost accuracy without a penalty cannot be told.",
                decides=False,
            ),
            Test(
                "validation loss after 30 epochs minus that after 10, without a penalty",
                (replace(BEST, reg=0.0, epochs=30),),
                of_each(since(10, late("validation_loss"))),
                "above",
                0.0,
                NATS,
                supported="The validation loss without a penalty rises: the network grows surer of its mistakes.",
                contradicted="The validation loss without a penalty falls.",
                undetermined="Where the validation loss without a penalty goes cannot be told.",
                decides=False,
            ),
        ),
    ),
    Claim(
        "larger-coefficient",
        "3.3",
        "A larger coefficient would cost the best configuration much accuracy.",
        (
            Test(
                "validation accuracy with the coefficient 0.0001 minus that with 0.0005",
                (BEST, replace(BEST, reg=0.0005)),
                first_minus_second(best_accuracy),
                "above",
                NEGLIGIBLE,
                POINTS,
                supported="Five times the coefficient costs accuracy.",
                contradicted="Five times the coefficient costs no accuracy that matters.",
                undetermined="Whether five times the coefficient costs accuracy cannot be told.",
            ),
        ),
    ),
    Claim(
        "smaller-rate",
        "3.3",
        "A smaller rate would cost the best configuration accuracy.",
        (
            Test(
                "validation accuracy with the rate 0.6 minus that with 0.4",
                (BEST, replace(BEST, learning_rate=0.4)),
                first_minus_second(best_accuracy),
                "above",
                NEGLIGIBLE,
                POINTS,
                supported="Rate 0.4 is worse than rate 0.6.",
                contradicted="Rate 0.4 is no worse than rate 0.6.",
                undetermined="Whether rate 0.4 is worse than rate 0.6 cannot be told.",
            ),
        ),
    ),
)


def best_of_grid(leaders: tuple[Configuration, ...]) -> Claim:
    """The claim that the write-up's configuration is the best of its grid, tested against the grid's leaders.

    The seed that the grid was trained with chose them, so it is left out. The number is the smallest of the
    differences to the leaders. The intervals of the differences hold together at the level of one (Bonferroni), so
    the smallest difference lies between the smallest of their lower ends and the smallest of their upper ones.
    """
    others = tuple(each for each in leaders if each != BEST)

    def measure(best: Courses, *rivals: Courses) -> Measured | None:
        if not rivals or min(len(courses.seeds) for courses in (best, *rivals)) <= intervals.FEWEST:
            return None
        level = 1 - (1 - intervals.LEVEL) / len(rivals)
        samples = [_fresh(courses) for courses in (best, *rivals)]
        own = samples[0]
        ends = [intervals.difference(own, rival, level) for rival in samples[1:]]
        return Measured(
            value=min(float(own.mean() - rival.mean()) for rival in samples[1:]),
            interval=intervals.Interval(min(end.low for end in ends), min(end.high for end in ends)),
            seeds=min(map(len, samples)),
        )

    return Claim(
        "best-of-grid",
        "3.3",
        "The chosen configuration is the best of the grid.",
        (
            Test(
                "its best validation accuracy minus that of the nearest rival among the grid's leaders, on new seeds",
                (BEST, *others),
                measure,
                "above",
                0.0,
                POINTS,
                supported="On seeds that had no say in the choice, it is ahead of every other leader.",
                contradicted="On seeds that had no say in the choice, another leader is ahead of it.",
                undetermined="On seeds that had no say in the choice, it cannot be told from the other leaders.",
            ),
        ),
    )


def _fresh(courses: Courses) -> Values:
    seeds = tuple(seed for seed in courses.seeds if seed != SELECTED_BY)
    return np.asarray(courses.of_seeds(seeds)["validation_accuracy"].max(axis=1))
