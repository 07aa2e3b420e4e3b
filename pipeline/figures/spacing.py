"""Places for labels that must not cover each other."""

from collections.abc import Sequence


def apart(places: Sequence[float], gap: float, limits: tuple[float, float]) -> list[float]:
    """Move places as little as it takes to set them `gap` apart, within the limits, in the order of their sizes.

    Of equal ones the first goes highest. The sum of the squared moves is the least there is. Limits that are
    too near to each other for all of them make the gap smaller.

    >>> apart([5.0, 5.0], 4.0, (0.0, 20.0))
    [7.0, 3.0]
    >>> apart([1.0, 2.0, 17.0], 4.0, (0.0, 20.0))
    [0.0, 4.0, 17.0]
    """
    low, high = limits
    count = len(places)
    gap = min(gap, (high - low) / max(count - 1, 1))
    # With k gaps taken off the k-th from below, "at least a gap apart" is "not smaller than the one before".
    upward = sorted(range(count), key=lambda k: (places[k], -k))
    blocks: list[tuple[float, int]] = []  # means of neighbours that touch, and how many they are
    for k, position in enumerate(upward):
        mean, size = places[position] - k * gap, 1
        while blocks and blocks[-1][0] > mean:
            before, many = blocks.pop()
            mean, size = (before * many + mean * size) / (many + size), many + size
        blocks.append((mean, size))
    moved = [min(max(mean, low), high - (count - 1) * gap) for mean, size in blocks for _ in range(size)]
    found = {position: place + k * gap for k, (position, place) in enumerate(zip(upward, moved, strict=True))}
    return [found[position] for position in range(count)]
