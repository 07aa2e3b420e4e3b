"""How the NumPy engine divides its work: chunks, batches, ranges of pixels. Its numbers: test_engines.py."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import draw

from pipeline.data.examples import by_length, sort_pixels
from pipeline.training import network, sgd


def test_a_long_evaluation_counts_every_image_once(monkeypatch):
    rng = np.random.default_rng(3)
    data = draw(rng, 101, 12, 5)
    weights = network.initial_weights(12, 6, 5, 0.5, 2)
    examples = sort_pixels(data, np.arange(12))
    _, logits = network.forward(weights, data.images / 255)
    expected = network.cross_entropy(logits, data.labels), network.accuracy(logits, data.labels)
    for chunk in (7, 101, 500):
        monkeypatch.setattr(sgd, "CHUNK", chunk)
        assert sgd.evaluate(weights, examples) == pytest.approx(expected, abs=1e-6)
        assert sgd.evaluate(weights, by_length(examples)) == pytest.approx(expected, abs=1e-6)
        found = sgd.logits(weights, examples)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, logits, atol=1e-5)


@given(images=st.integers(1, 500), batch_size=st.integers(1, 200))
def test_an_epoch_is_divided_into_batches_in_order(images, batch_size):
    sizes = [
        shape.size
        for shape in sgd.shapes(images, batch_size)
        for _ in range(shape.blocks)
        for _ in range(shape.batches)
    ]
    expected = [min(batch_size, images - start) for start in range(0, images, batch_size)]
    assert sizes == expected


@given(lengths=st.lists(st.integers(0, 784), min_size=1, max_size=60), most=st.integers(1, 4))
def test_the_ranges_hold_every_pixel_in_use_once(lengths, most):
    found = sgd.ranges(np.array(lengths, np.int32), most)
    assert found[0][0] == 0
    assert found[-1][1] == max(1, *lengths)
    assert all(stop == start for (_, stop), (start, _) in pairwise(found))
    assert all(start < stop for start, stop in found)
    assert len(found) <= most


def test_the_ranges_leave_the_zeros_out():
    """Half of the images use 96 pixels, half 704: one cut saves what can be saved."""
    lengths = np.repeat(np.array([96, 704], np.int32), 50)
    found = sgd.ranges(lengths, 3)
    assert found == [(0, 96), (96, 704)]
    products = sum((stop - start) * int((lengths > start).sum()) for start, stop in found)
    assert products == lengths.sum()
