"""The same run twice: with the fast loop, and with the readable mathematics in double precision."""

from dataclasses import replace

import numpy as np

from pipeline import network, sgd
from pipeline.examples import by_length, by_use, sort_pixels
from pipeline.network import Weights


def trained(weights, training, validation, learning_rate, reg, batch_size, epochs, seed) -> tuple[list, Weights]:
    """What the fast loop finds, with the rows of W1 in their original order."""
    pixels = by_use(training.images)
    trainer = sgd.Trainer(
        replace(weights, w1=weights.w1[pixels]), sort_pixels(training, pixels), learning_rate, reg, batch_size
    )
    found = list(sgd.train(trainer, by_length(sort_pixels(validation, pixels)), epochs, seed))
    w1 = np.empty_like(trainer.weights.w1)
    w1[pixels] = trainer.weights.w1
    return found, replace(trainer.weights, w1=w1)


def reference(weights, training, validation, learning_rate, reg, batch_size, epochs, seed) -> tuple[list, Weights]:
    """The same epochs with pipeline.network, float64: (losses and accuracies of each epoch, weights)."""
    shuffle = np.random.default_rng(seed)
    found = []
    for _ in range(epochs):
        order = shuffle.permutation(len(training))
        loss = correct = 0.0
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            x, y = training.images[rows] / 255, training.labels[rows]
            _, logits = network.forward(weights, x)
            loss += network.cross_entropy(logits, y) * len(y)
            correct += network.accuracy(logits, y) * len(y)
            weights = network.descend(weights, network.gradients(weights, x, y, reg), learning_rate)
        _, logits = network.forward(weights, validation.images / 255)
        of_validation = network.cross_entropy(logits, validation.labels), network.accuracy(logits, validation.labels)
        found.append((loss / len(order), correct / len(order), *of_validation))
    return found, weights
