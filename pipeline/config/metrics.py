"""What is measured in a run: the names of its numbers from training to the report, and how each is shown.

A new one is named here and computed in pipeline.training.run; configuration, tables and files of printed numbers then
know it.
"""

from dataclasses import dataclass

# Per epoch. Training loss and accuracy are running means over the batches, each before its update.
HISTORY_COLUMNS = ("epoch", "training_loss", "training_accuracy", "validation_loss", "validation_accuracy")

# Per epoch, besides: the norms of the weight matrices at its end, and that of its mean gradient, penalty included.
NORM_COLUMNS = ("epoch", "w1_norm", "w2_norm", "gradient_norm")

DIGITS = 4  # after the point, where no metric says otherwise


@dataclass(frozen=True)
class Metric:
    """How a number of a run is called in a table, and how many digits after the point it has there."""

    title: str
    digits: int = DIGITS


# Per run: those of the last epoch, the best epoch (highest validation accuracy, the first of equals),
# and on the testing images the models of the best and of the last epoch.
METRICS = {
    "training_accuracy": Metric("Training accuracy"),
    "training_loss": Metric("Training loss"),
    "validation_accuracy": Metric("Validation accuracy, last epoch"),
    "best_validation_accuracy": Metric("Validation accuracy, best epoch"),
    "best_epoch": Metric("Best epoch", digits=0),
    "testing_accuracy": Metric("Testing accuracy"),
    "last_testing_accuracy": Metric("Testing accuracy, last epoch"),
}
SUMMARISED = tuple(name for name in METRICS if name != "best_epoch")  # over the seeds, and may be shown or printed
