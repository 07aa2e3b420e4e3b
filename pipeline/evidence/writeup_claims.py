"""The analytical claims of the write-up's section 3, each with the tests that would refute it.

The configurations are the write-up's own. config.yaml trains them, some for longer than the write-up did; where it does
not, the tests say so. Accuracies are validation accuracies: the testing images decide nothing.
"""

import math
from dataclasses import replace

from pipeline.config.settings import Configuration
from pipeline.evidence.claims import EPOCHS, NATS, POINTS, RATIO, UPDATES, Claim, Test
from pipeline.evidence.measures import (
    accuracy_at_end,
    best_accuracy,
    epochs_to,
    epochs_to_converge,
    first_minus_second,
    gap,
    gradient_against_end,
    late,
    of_each,
    roughness,
    since,
    smallest_lead,
    updates_to,
)

NEGLIGIBLE = 0.002  # accuracy; about the standard error that 12,000 validation images leave at an accuracy of 0.95
MUCH = 0.01  # accuracy that counts as much
LEARNED = 0.05  # accuracy above that of a constant answer from which on a network counts as having learned something
TRAINING_IMAGES = 48_000  # of the write-up
HALF_AN_EPOCH = 0.5  # epochs are counted whole, so that seeds which agree tell no more than this
BOUND = f"{NEGLIGIBLE * 100:.1f} points"

DEFAULT = Configuration(learning_rate=0.1, reg=0.001, batch_size=64, hidden=128, epochs=10)
RATE_1 = replace(DEFAULT, learning_rate=1.0)
RATE_5E2 = replace(DEFAULT, learning_rate=5 * math.exp(-2))
RATE_E1 = replace(DEFAULT, learning_rate=math.exp(-1))
RATE_E2 = replace(DEFAULT, learning_rate=math.exp(-2))
REG_E1, REG_E2, REG_E3, REG_E4 = (replace(DEFAULT, reg=math.exp(-power)) for power in (1, 2, 3, 4))
BEST = Configuration(learning_rate=0.6, reg=0.0001, batch_size=16, hidden=128, epochs=10)
LARGE_BATCH = replace(BEST, batch_size=128)

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
                supported=f"Trained on, the smallest rate gains less than {BOUND}.",
                contradicted="Trained on, the smallest rate goes on gaining accuracy.",
                undetermined="Whether the smallest rate gains anything when it is trained on cannot be told.",
                decides=False,
            ),
            Test(
                "rate e^-1 after 10 epochs minus rate e^-2 after 27, the same learning rate × epochs",
                (RATE_E1, replace(RATE_E2, epochs=27)),
                first_minus_second(accuracy_at_end),
                "above",
                NEGLIGIBLE,
                POINTS,
                supported="After as long a way, the smaller rate is still below the larger one.",
                contradicted=f"After as long a way, the smaller rate is not {BOUND} below the larger: only behind.",
                undetermined="After as long a way, the two rates are too close for a verdict.",
            ),
            Test(
                "rate 1 after 10 epochs minus rate e^-2 after 74, the same learning rate × epochs",
                (RATE_1, replace(RATE_E2, epochs=74)),
                first_minus_second(accuracy_at_end),
                "above",
                NEGLIGIBLE,
                POINTS,
                supported="After as long a way, the smallest rate is still below the largest one.",
                contradicted=f"After as long a way, the smallest rate is not {BOUND} below the largest: only behind.",
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
                decides=False,
            ),
        ),
    ),
    Claim(
        "oscillation",
        "3.1",
        "Large rates oscillate around the minimum; the smallest converges more smoothly.",
        tuple(
            Test(
                f"mean second difference of validation accuracy, epochs 6 to 10, rate {name} minus rate e^-2",
                (rate, RATE_E2),
                first_minus_second(roughness),
                "above",
                0.0,
                POINTS,
                supported=f"The curve of rate {name} is rougher than that of e^-2.",
                contradicted=f"The curve of rate {name} is smoother than that of e^-2.",
                undetermined=f"Which of the rates {name} and e^-2 has the rougher curve cannot be told.",
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
                "best validation accuracy of rate 5e^-2 minus that of rate 1",
                (RATE_5E2, RATE_1),
                first_minus_second(best_accuracy),
                "below",
                NEGLIGIBLE,
                POINTS,
                supported=f"Rate 1 loses less than {BOUND} against the next smaller rate.",
                contradicted=f"Rate 1 is more than {BOUND} below the next smaller rate.",
                undetermined="Whether rate 1 loses anything against the next smaller rate cannot be told.",
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
                undetermined=f"Whether the network with {name} has learned more than a little cannot be told.",
            )
            for name, reg in (("e^-2", REG_E2), ("e^-3", REG_E3))
        ),
    ),
    Claim(
        "wild-curves",
        "3.2",
        "With the large coefficients the curves oscillate more than with the smallest one.",
        tuple(
            Test(
                f"mean second difference of validation accuracy, epochs 6 to 10, coefficient {name} minus e^-4",
                (reg, REG_E4),
                first_minus_second(roughness),
                "above",
                0.0,
                POINTS,
                supported=f"The curve with {name} is rougher than that with e^-4.",
                contradicted=f"The curve with {name} is smoother than that with e^-4.",
                undetermined=f"Which of {name} and e^-4 has the rougher curve cannot be told.",
            )
            for name, reg in (("1", replace(DEFAULT, reg=1.0)), ("e^-1", REG_E1), ("e^-2", REG_E2))
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
                "training (running mean) minus validation accuracy, with the coefficient e^-4",
                (REG_E4,),
                of_each(gap),
                "below",
                MUCH,
                POINTS,
                supported="With e^-4, training accuracy is less than a point above validation accuracy.",
                contradicted="With e^-4, training accuracy is more than a point above validation accuracy.",
                undetermined="Whether training accuracy is a point above validation accuracy cannot be told.",
            ),
            Test(
                "training (running mean) minus validation accuracy, without a penalty",
                (replace(DEFAULT, reg=0.0),),
                of_each(gap),
                "below",
                MUCH,
                POINTS,
                supported="Even without a penalty it is less than a point above, within ten epochs at this rate.",
                contradicted="Without a penalty it is more than a point above.",
                undetermined="Whether it is a point above without a penalty cannot be told.",
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
                "epochs to a validation accuracy of 0.6, with e^-3 minus with e^-4",
                (REG_E3, REG_E4),
                first_minus_second(epochs_to(0.6)),
                "above",
                HALF_AN_EPOCH,
                EPOCHS,
                supported="e^-4 is there sooner than e^-3.",
                contradicted="e^-4 is there no sooner than e^-3.",
                undetermined="Whether e^-4 is there sooner than e^-3 cannot be told.",
            ),
            Test(
                "epochs to a validation accuracy of 0.85, with e^-4 minus with 0.001",
                (REG_E4, DEFAULT),
                first_minus_second(epochs_to(0.85)),
                "above",
                HALF_AN_EPOCH,
                EPOCHS,
                supported="0.001 is there sooner than e^-4.",
                contradicted="0.001 is there no sooner than e^-4.",
                undetermined="Whether 0.001 is there sooner than e^-4 cannot be told.",
            ),
            Test(
                "epochs until within a point of the own best accuracy, with e^-4 minus with 0.001",
                (REG_E4, DEFAULT),
                first_minus_second(epochs_to_converge),
                "above",
                HALF_AN_EPOCH,
                EPOCHS,
                supported="0.001 also comes near its own best sooner.",
                contradicted="0.001 does not come near its own best, which is higher, sooner.",
                undetermined="Which comes near its own best sooner cannot be told.",
                decides=False,
            ),
        ),
    ),
    Claim(
        "marginal-rates",
        "3.3",
        "Above the rate e^-1, accuracy improves only marginally.",
        (
            Test(
                "best validation accuracy of rate 1 minus that of e^-1",
                (RATE_1, RATE_E1),
                first_minus_second(best_accuracy),
                "below",
                MUCH,
                POINTS,
                supported="From e^-1 to 1, accuracy rises by less than a point.",
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
                "best validation accuracy with batches of 16 minus that with 128, both of 10 epochs",
                (BEST, LARGE_BATCH),
                first_minus_second(best_accuracy),
                "above",
                NEGLIGIBLE,
                POINTS,
                supported="After as many epochs, the larger batch is behind.",
                contradicted=f"After as many epochs, the larger batch is not {BOUND} behind: nothing to explain.",
                undetermined="Whether the larger batch is behind after as many epochs cannot be told.",
                decides=False,
            ),
            Test(
                "validation accuracy with batches of 16 after 10 epochs minus that with 128 after 80: equal updates",
                (BEST, replace(LARGE_BATCH, epochs=80)),
                first_minus_second(late("validation_accuracy")),
                "above",
                NEGLIGIBLE,
                POINTS,
                supported="After as many updates, the larger batch is still behind.",
                contradicted=f"After as many updates, the larger batch is not {BOUND} behind: it lacked updates.",
                undetermined="Whether the larger batch is behind after as many updates cannot be told.",
            ),
        ),
    ),
    Claim(
        "small-batch-slower",
        "3.3",
        "The noise of small batches makes convergence take longer, in epochs.",
        (
            Test(
                "epochs to a validation accuracy of 0.96, with batches of 16 minus with 128",
                (BEST, replace(LARGE_BATCH, epochs=80)),
                first_minus_second(epochs_to(0.96)),
                "above",
                HALF_AN_EPOCH,
                EPOCHS,
                supported="Small batches need more passes over the images.",
                contradicted="Small batches need no more passes over the images.",
                undetermined="Which batch size needs more passes over the images cannot be told.",
            ),
            Test(
                "the same in thousands of updates",
                (BEST, replace(LARGE_BATCH, epochs=80)),
                first_minus_second(updates_to(0.96, TRAINING_IMAGES)),
                "above",
                0.0,
                UPDATES,
                supported="Counted in updates, small batches take longer.",
                contradicted="Counted in updates, small batches do not take longer.",
                undetermined="Which takes longer, counted in updates, cannot be told.",
                decides=False,
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
                supported=f"Twenty more epochs cost more than {BOUND} of validation accuracy.",
                contradicted=f"Twenty more epochs do not cost {BOUND}: stopping early protects nothing.",
                undetermined="Whether twenty more epochs cost validation accuracy cannot be told.",
            ),
            Test(
                "validation accuracy after 30 epochs minus that after 10, without a penalty",
                (replace(BEST, reg=0.0, epochs=30),),
                of_each(since(10, late("validation_accuracy"))),
                "below",
                -NEGLIGIBLE,
                POINTS,
                supported=f"Without a penalty they cost more than {BOUND}.",
                contradicted=f"Without a penalty they do not cost {BOUND} either.",
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
                "best validation accuracy with the coefficient 0.0001 minus that with 0.0005",
                (BEST, replace(BEST, reg=0.0005)),
                first_minus_second(best_accuracy),
                "above",
                MUCH,
                POINTS,
                supported="Five times the coefficient costs more than a point.",
                contradicted="Five times the coefficient costs less than a point.",
                undetermined="Whether five times the coefficient costs a point cannot be told.",
            ),
        ),
    ),
    Claim(
        "smaller-rate",
        "3.3",
        "A smaller rate would cost the best configuration accuracy.",
        (
            Test(
                "best validation accuracy with the rate 0.6 minus that with 0.4",
                (BEST, replace(BEST, learning_rate=0.4)),
                first_minus_second(best_accuracy),
                "above",
                NEGLIGIBLE,
                POINTS,
                supported=f"Rate 0.4 is more than {BOUND} worse than rate 0.6.",
                contradicted=f"Rate 0.4 is not {BOUND} worse than rate 0.6.",
                undetermined="Whether rate 0.4 is worse than rate 0.6 cannot be told.",
            ),
        ),
    ),
)


def best_of_grid(leaders: tuple[Configuration, ...], chosen_by: int) -> Claim:
    """The claim that the write-up's configuration is the best of its grid, tested against the grid's leaders.

    Seeds 1 to `chosen_by` trained the grid and so chose its leaders; they are left out.
    """
    others = tuple(each for each in leaders if each != BEST)

    return Claim(
        "best-of-grid",
        "3.3",
        "The chosen configuration is the best of the grid.",
        (
            Test(
                "its best validation accuracy minus that of the nearest rival among the grid's leaders, on new seeds",
                (BEST, *others),
                smallest_lead(chosen_by),
                "above",
                0.0,
                POINTS,
                supported="On seeds that had no say in the choice, it is ahead of every other leader.",
                contradicted="On seeds that had no say in the choice, another leader is ahead of it.",
                undetermined="On seeds that had no say in the choice, it cannot be told from the other leaders.",
            ),
        ),
    )
