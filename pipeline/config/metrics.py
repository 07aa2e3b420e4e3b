"""What is measured in a run: the names of its numbers from training to the report, and how each is shown.

A new one is named here and computed in pipeline.training.descent; configuration, tables and files of printed numbers
then know it.
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
# on the testing images the models of the best and of the last epoch, on the training images that of the last.
METRICS = {
    "training_accuracy": Metric("Training accuracy"),
    "training_loss": Metric("Training loss"),
    "final_training_accuracy": Metric("Training accuracy, after the last epoch"),
    "validation_accuracy": Metric("Validation accuracy, last epoch"),
    "validation_loss": Metric("Validation loss, last epoch"),
    "best_validation_accuracy": Metric("Validation accuracy, best epoch"),
    "best_validation_loss": Metric("Validation loss, best epoch"),
    "best_epoch": Metric("Best epoch", digits=0),
    "testing_accuracy": Metric("Testing accuracy"),
    "testing_loss": Metric("Testing loss"),
    "last_testing_accuracy": Metric("Testing accuracy, last epoch"),
    "last_testing_loss": Metric("Testing loss, last epoch"),
}
SUMMARISED = tuple(name for name in METRICS if name != "best_epoch")  # over the seeds, and may be shown or printed
# What others may print instead of an accuracy: one minus it.
ERRORS = tuple(name.replace("accuracy", "error") for name in SUMMARISED if name.endswith("accuracy"))

# The same number after the last and after the best epoch, or of the models of these.
EPOCHS = (
    ("validation_accuracy", "best_validation_accuracy"),
    ("testing_accuracy", "last_testing_accuracy"),
    ("validation_loss", "best_validation_loss"),
    ("testing_loss", "last_testing_loss"),
)
OTHER_EPOCH = {one: other for pair in EPOCHS for one, other in (pair, pair[::-1])}
