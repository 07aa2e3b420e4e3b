"""The floors: how long the products of one epoch take at the rate that this machine has for large matrices.

The dense floor counts every pixel, and a program that skips black ones may come below it. The sparse floor counts those
that are not black: the limit for such a program at that rate.
"""

import time
from collections.abc import Callable

import numpy as np

from bench.work import Work
from pipeline.data.examples import Bytes

SIDE = 1024  # of the square matrices of the product
PRODUCTS = 12  # per measurement


def flops(work: Work, pixels: Callable[[Bytes], int]) -> int:
    """Floating-point operations in the matrix products of one epoch, two for each multiplication and addition.

    Training: X W1 and Xᵀ D for the first layer; A W2, Aᵀ P and P W2ᵀ for the second. Validation: X W1 and A W2.
    `pixels` says how many numbers of X count: np.size or np.count_nonzero.
    """
    hidden, classes = len(work.weights.b1), len(work.weights.b2)
    first = 2 * pixels(work.training.images) + pixels(work.validation.images)
    second = classes * (3 * len(work.training) + len(work.validation))
    return 2 * hidden * (first + second)


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
