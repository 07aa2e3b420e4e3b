"""The floor: how long the products of one epoch take at the rate that this machine has for large matrices.

The products are those of the dense network, every pixel counted: a program that skips the zeros may come below it.
"""

import time

import numpy as np

from bench.work import Work

SIDE = 1024  # of the square matrices of the product
PRODUCTS = 12  # per measurement


def flops(training: int, validation: int, pixels: int, hidden: int, classes: int) -> int:
    """Floating-point operations in the matrix products of one epoch, two for each multiplication and addition.

    Training: X W1 and Xᵀ D for the first layer; A W2, Aᵀ P and P W2ᵀ for the second. Validation: X W1 and A W2.
    """
    first, second = 2 * pixels * hidden, 2 * hidden * classes
    return training * (2 * first + 3 * second) + validation * (first + second)


def epoch_flops(work: Work) -> int:
    """The same for all images of the work."""
    (pixels, hidden), classes = work.weights.w1.shape, len(work.weights.b2)
    return flops(len(work.training), len(work.validation), pixels, hidden, classes)


class Sgemm:
    """NumPy's product of two square float32 matrices."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.a, self.b = (rng.random((SIDE, SIDE), np.float32) for _ in range(2))
        self.product = np.empty_like(self.a)

    def rate(self) -> float:
        """The rate of some products in a row, in floating-point operations per second.

        Measured for about as long as an epoch takes, so that what slows the machine slows this alike.
        """
        start = time.perf_counter()
        for _ in range(PRODUCTS):
            np.dot(self.a, self.b, out=self.product)
        return PRODUCTS * 2 * SIDE**3 / (time.perf_counter() - start)
