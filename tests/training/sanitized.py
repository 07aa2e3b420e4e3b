"""Trains by a kernel that is compiled with sanitizers, which end this program at the first wrong access.

    LD_PRELOAD=the runtimes python tests/training/sanitized.py KERNEL SHAPES

The engine's own arrays are somewhat longer than they seem, so as to begin at a multiple of 64 bytes; here they are not.
"""

import ctypes
import math
import sys
from pathlib import Path

import numpy as np

from pipeline.data.examples import Examples, Noise
from pipeline.training import compiled
from pipeline.training.network import initial_weights

memalign = ctypes.CDLL(None).memalign
memalign.restype = ctypes.c_void_p


def zeros(*shape: int) -> np.ndarray:
    """Zeros that begin at a multiple of 64 bytes, in an allocation that is no larger; it is not freed."""
    count = math.prod(shape)
    place = memalign(ctypes.c_size_t(64), ctypes.c_size_t(count * 4))
    made = np.frombuffer((ctypes.c_float * count).from_address(place), np.float32).reshape(shape)
    made[:] = 0
    return made


def train(rng: np.random.Generator, kernel: ctypes.CDLL) -> None:
    """A network, or softmax regression, of drawn shape, on images or noise."""
    count, pixels, classes = (int(rng.integers(low, high)) for low, high in ((1, 250), (1, 101), (2, 257)))
    hidden, batch_size = int(rng.integers(1, 301)) * int(rng.random() < 0.8), int(rng.integers(1, 201))
    images = (rng.integers(1, 256, (count, pixels)) * (rng.random((count, 1)) < 0.9)).astype(np.uint8)
    images[rng.random((count, pixels)) < rng.random()] = 0
    labels = rng.integers(classes, size=count).astype(np.uint8)
    examples = Examples(images, labels) if rng.random() < 0.7 else Noise(images / np.float32(99), labels)
    weights = initial_weights(pixels, hidden or classes, classes if hidden else 0, 10.0 ** rng.integers(-2, 9), 1)
    rate = 10.0 ** rng.integers(-2, 35)
    print(hidden, classes, batch_size, pixels, count, type(examples).__name__, rate, flush=True)
    trainer = compiled.Trainer(weights, examples, rate, 0.01, batch_size, library=kernel)
    for _ in range(2):
        trainer.epoch(rng.permutation(count))
    trainer.evaluate(trainer.weights, examples)
    trainer.logits(trainer.weights.copy(), examples)


if __name__ == "__main__":
    compiled._zeros = zeros
    for seed in range(int(sys.argv[2])):
        train(np.random.default_rng(seed), compiled.load(Path(sys.argv[1])))
    print("done")
