"""What is measured in a run: the names of its numbers, from training to the report."""

# Per epoch. Training loss and accuracy are running means over the batches, each before its update.
HISTORY_COLUMNS = ("epoch", "training_loss", "training_accuracy", "validation_loss", "validation_accuracy")

# Per epoch, besides: the norms of the weight matrices at its end, and that of its mean gradient, penalty included.
NORM_COLUMNS = ("epoch", "w1_norm", "w2_norm", "gradient_norm")

# Per run: those of the last epoch, the best epoch (highest validation accuracy, the first of equals),
# and on the testing images the models of the best and of the last epoch.
METRICS = (
    "training_accuracy",
    "training_loss",
    "validation_accuracy",
    "best_validation_accuracy",
    "best_epoch",
    "testing_accuracy",
    "last_testing_accuracy",
)
