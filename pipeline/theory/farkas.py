"""Certificates that linear constraints contradict each other, found by a linear program."""

from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm

import numpy as np
from scipy.optimize import linprog

from pipeline.theory.threshold import Constraint

MAX_DENOMINATOR = 10**6


def certificate(of: Sequence[Constraint]) -> tuple[int, ...] | None:
    """Multipliers that prove the constraints contradictory, or None if some v satisfies them all.

    Farkas' lemma: a·v ≤ c has no solution exactly if some y ≥ 0 has yᵀa = 0 and yᵀc < 0. A linear
    program finds y; the caller must verify it with `threshold.proves`, which trusts no floating point.
    """
    a = np.array([constraint.coefficients for constraint in of], float)
    c = np.array([constraint.bound for constraint in of], float)
    free = [(None, None)] * a.shape[1]
    if linprog(np.zeros(a.shape[1]), A_ub=a, b_ub=c, bounds=free).status == 0:
        return None
    weights = np.vstack([a.T, np.ones(len(a))])  # the multipliers sum to one: their scale is free
    found = linprog(c, A_eq=weights, b_eq=[*np.zeros(a.shape[1]), 1])
    return _whole([Fraction(float(y)).limit_denominator(MAX_DENOMINATOR) for y in found.x])


def _whole(fractions: Sequence[Fraction]) -> tuple[int, ...]:
    """The smallest whole numbers in the same proportion."""
    common = lcm(*(fraction.denominator for fraction in fractions))
    numbers = [int(fraction * common) for fraction in fractions]
    divisor = gcd(*numbers) or 1
    return tuple(number // divisor for number in numbers)
