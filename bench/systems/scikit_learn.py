"""scikit-learn's MLPClassifier in single precision, its checks of the input turned off.

It does a little less than the others: it does not measure a running accuracy, and its running loss has the penalty in
it, so neither is given. It would shuffle by itself; instead the images are put in the given order first, which costs
less than its own gathering batch by batch and makes its steps the same as everyone's.
"""

import numpy as np
from sklearn import config_context
from sklearn.neural_network import MLPClassifier

from bench.work import LEARNING_RATE, REG, Outcome, Single, Work
from pipeline.data.examples import Indices


class System:
    """An MLPClassifier without momentum, trained by partial_fit: a call is one pass over what it is given."""

    def __init__(self, work: Work, batch_size: int) -> None:
        self.work, self.batch_size = work, batch_size
        weights = work.weights
        self.model = MLPClassifier(
            (len(weights.b1),),
            activation="logistic",
            solver="sgd",
            learning_rate_init=LEARNING_RATE,
            momentum=0.0,
            nesterovs_momentum=False,
            shuffle=False,
        )
        # The first call makes the weights; they are then replaced where its optimizer finds them.
        self.model.set_params(batch_size=1)
        self.model.partial_fit(work.training_x[:1], work.training_y[:1], classes=np.arange(len(weights.b2)))
        for array, initial in zip(self.model.coefs_, (weights.w1, weights.w2), strict=True):
            array[...] = initial
        for array, initial in zip(self.model.intercepts_, (weights.b1, weights.b2), strict=True):
            array[...] = initial

    def epoch(self, order: Indices) -> Outcome:
        """All batches of full size, then the smaller one that may be left."""
        with config_context(assume_finite=True, skip_parameter_validation=True):
            whole = len(order) // self.batch_size * self.batch_size
            self.train(order[:whole], self.batch_size)
            if whole < len(order):
                self.train(order[whole:], len(order) - whole)
            return Outcome(None, None, *self.evaluate())

    def train(self, rows: Indices, size: int) -> None:
        """Train on the images `rows` in batches of `size`, which must divide their number.

        It divides alpha by the number of images in a batch: reg × size makes the penalty's gradient reg × W.
        """
        self.model.set_params(alpha=REG * size, batch_size=size)
        self.model.partial_fit(self.work.training_x[rows], self.work.training_y[rows])

    def evaluate(self) -> tuple[float, float]:
        """Loss and accuracy on the validation images, by predict_proba."""
        y = self.work.validation_y
        p: Single = self.model.predict_proba(self.work.validation_x)
        return float(-np.log(p[np.arange(len(y)), y]).mean()), float((p.argmax(axis=1) == y).mean())
