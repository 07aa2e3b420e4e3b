"""The compiled engine alone: its shapes, its memory, and what it refuses. test_engines.py has its other numbers."""

import gc
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import compare, draw, make, needs_compiler, reference, trained

from pipeline.data.examples import Examples, Noise
from pipeline.errors import InputError
from pipeline.training import compiled, compiler, network
from pipeline.training.network import Weights, initial_weights

pytestmark = needs_compiler

EXAMPLES = draw(np.random.default_rng(1), 5, 6, 3)
OTHERS = draw(np.random.default_rng(2), 130, 6, 3)  # more than are evaluated at once
WEIGHTS = {"network": initial_weights(6, 4, 3, 0.5, 1), "softmax regression": initial_weights(6, 3, 0, 0.5, 1)}
of_each_model = pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS)


def trainer(weights: Weights = WEIGHTS["network"], training: Any = EXAMPLES, **how: Any) -> compiled.Trainer:
    chosen = {"learning_rate": 0.5, "reg": 0.01, "batch_size": 2} | how
    return make("compiled", 1)(weights, training, *chosen.values())


def content(weights: Weights) -> list[bytes]:
    return [array.tobytes() for array in vars(weights).values()]


def changed(**arrays: Any) -> Weights:
    """The network with other arrays."""
    return replace(WEIGHTS["network"], **arrays)


# --- Its numbers in shapes that are its own: several blocks of units, more classes, images that are no bytes


@settings(max_examples=25)
@given(
    seed=st.integers(0, 10_000),
    hidden=st.integers(1, 300),
    classes=st.integers(2, 256),
    batch_size=st.integers(1, 150),
    reg=st.sampled_from([0.0, 0.1]),
)
def test_wide_networks_follow_the_reference(seed, hidden, classes, batch_size, reg):
    rng = np.random.default_rng(seed)
    training, validation = draw(rng, 140, 30, classes), draw(rng, 70, 30, classes)
    run = (initial_weights(30, hidden, classes, 0.01, seed), training, validation, 0.05, reg, batch_size, 2, seed)
    compare(trained("compiled", *run), reference(*run))


@settings(max_examples=40)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 100),
    pixels=st.integers(1, 40),
    hidden=st.integers(0, 40),
    batch_size=st.integers(1, 80),
)
def test_noise_follows_the_mathematics(seed, count, pixels, hidden, batch_size):
    """Against pipeline.training.network in double precision; without hidden units, against its formula."""
    rng = np.random.default_rng(seed)
    noise = Noise(rng.normal(0.1, 0.3, (count, pixels)).astype(np.float32), rng.integers(4, size=count, dtype=np.uint8))
    weights = initial_weights(pixels, hidden or 4, 4 if hidden else 0, 0.3, seed)
    found = trainer(weights, noise, learning_rate=0.3, reg=0.01, batch_size=batch_size)
    images, order = noise.images.astype(float), rng.permutation(count)
    for start in range(0, count, batch_size):
        x, y = images[order[start : start + batch_size]], noise.labels[order[start : start + batch_size]]
        if hidden:
            weights = network.descend(weights, network.gradients(weights, x, y, 0.01), 0.3)
        else:
            d_logits = (network.softmax(x @ weights.w1) - np.eye(4)[y]) / len(y)
            weights = replace(weights, w1=weights.w1 - 0.3 * (x.T @ d_logits + 0.01 * weights.w1))
    found.epoch(order)
    for name, array in vars(weights).items():
        np.testing.assert_allclose(getattr(found.weights, name), array, atol=1e-4)
    logits = network.forward(weights, images)[1] if hidden else images @ weights.w1
    loss, _ = found.evaluate(found.weights, noise)
    assert loss == pytest.approx(network.cross_entropy(logits, noise.labels), abs=1e-4)


@of_each_model
def test_an_evaluation_takes_its_numbers_from_the_logits(weights):
    made = trainer(weights, OTHERS, batch_size=32)
    made.epoch(np.arange(130))
    logits = made.logits(made.weights, OTHERS)
    assert (logits.shape, logits.dtype) == ((130, 3), np.float32)
    loss, accuracy = made.evaluate(made.weights, OTHERS)
    assert loss == pytest.approx(network.cross_entropy(logits.astype(float), OTHERS.labels), abs=1e-6)
    assert accuracy == network.accuracy(logits, OTHERS.labels)
    part = Examples(OTHERS.images[:7], OTHERS.labels[:7])
    assert (made.logits(made.weights, part) == logits[:7]).all(), "whatever images stand beside them"


@of_each_model
def test_layout_and_type_of_arrays_change_no_byte(weights):
    """Images in other orders of memory, weights in single precision, another type of places."""
    images = np.asfortranarray(OTHERS.images)
    single = Weights(*(array.astype(np.float32) for array in vars(weights).values()))
    plain, other = trainer(weights, OTHERS), trainer(single, Examples(images, OTHERS.labels))
    assert plain.epoch(np.arange(130)) == other.epoch(np.arange(130, dtype=np.uint16))
    assert plain.epoch(np.arange(130)[::-1]) == other.epoch(np.arange(129, -1, -1, dtype=np.int32))
    assert content(plain.weights) == content(other.weights)


@pytest.mark.parametrize("batch_size", [131, 10**12])
def test_a_batch_larger_than_the_set_is_the_set(batch_size):
    whole, larger = (trainer(training=OTHERS, batch_size=size) for size in (130, batch_size))
    assert whole.epoch(np.arange(130)) == larger.epoch(np.arange(130))
    assert content(whole.weights) == content(larger.weights)


# --- Memory


@of_each_model
def test_weights_are_a_view_that_the_next_epoch_changes_and_those_given_stay(weights):
    before = content(weights)
    made = trainer(weights)
    view, copy = made.weights, made.weights.copy()
    made.epoch(np.arange(5))
    assert content(weights) == before
    assert content(view) == content(made.weights) != content(copy)
    trained_once = made.weights.copy()
    made.evaluate(copy, OTHERS)
    made.logits(copy, OTHERS)
    assert content(made.weights) == content(trained_once), "an evaluation trains nothing"


@of_each_model
def test_two_trainers_do_not_disturb_each_other(weights):
    def run(made: compiled.Trainer) -> list[bytes]:
        made.epoch(np.arange(130))
        return [*content(made.weights), np.array(made.evaluate(made.weights, OTHERS)).tobytes()]

    alone = [[run(made) for _ in range(3)] for made in (trainer(weights, OTHERS), trainer(weights, OTHERS, reg=0.1))]
    first, second = trainer(weights, OTHERS), trainer(weights, OTHERS, reg=0.1)
    together = [(run(first), run(second)) for _ in range(3)]
    assert [list(runs) for runs in zip(*together, strict=True)] == alone
    assert alone[0] != alone[1]


def test_what_becomes_of_the_arrays_of_an_example_changes_nothing():
    """Labels and images that are overwritten or freed, as by an image set that the caller drops."""
    undisturbed = trainer(training=OTHERS)
    expected = [undisturbed.epoch(np.arange(130)) for _ in range(2)]
    images, labels = OTHERS.images.copy(), OTHERS.labels.copy()
    made = trainer(training=Examples(images, labels))
    images[:], labels[:] = 255, 200
    del images, labels
    gc.collect()
    filled = [np.full(130 * 6, 255, np.uint8) for _ in range(50)]
    assert [made.epoch(np.arange(130)) for _ in range(2)] == expected
    assert len(filled) == 50


def test_a_set_of_images_is_never_taken_for_one_that_is_gone():
    """What Python frees may have its place in memory again at once."""
    made, rng = trainer(), np.random.default_rng(3)
    answer = network.forward(WEIGHTS["network"], np.zeros((1, 6)))[1].argmax()  # to a black image
    for _ in range(30):
        labels = rng.integers(3, size=4).astype(np.uint8)
        found = made.evaluate(made.weights, Examples(np.zeros((4, 6), np.uint8), labels))
        assert found[1] == (labels == answer).mean()


# --- The border


class Watched:
    """The kernel, and what of it was called."""

    def __init__(self) -> None:
        self.called, self.kernel = list[str](), compiler.library()

    def compress(self, *arguments: Any) -> None:
        self.called.append("compress")
        self.kernel.compress(*arguments)

    def run(self, *arguments: Any) -> None:
        self.called.append("run")
        self.kernel.run(*arguments)


def refused(watched: Watched, line: str, make: Any) -> None:
    """An InputError of this one line, before the kernel is called."""
    watched.called.clear()
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.problems == (line,)
    assert watched.called == []


IMAGES, LABELS = EXAMPLES.images, EXAMPLES.labels
LARGE = {"w1": np.zeros((2**16 + 1, 4))}
BYTES = "labels: expected bytes (n,), found "
WRONG: list[tuple[str, dict[str, Any]]] = [
    ("batch_size: expected at least 1, found 0.", {"batch_size": 0}),
    ("batch_size: expected at least 1, found -1.", {"batch_size": -1}),
    *(
        (f"{name}: expected a finite number, found {bad}.", {name: bad})
        for name in ("learning_rate", "reg")
        for bad in (np.inf, -np.inf, np.nan)
    ),
    ("labels: expected 0 to 2, found 3.", {"training": Examples(IMAGES, np.array([0, 1, 3, 2, 1], np.uint8))}),
    (f"{BYTES}int64 (5,).", {"training": Examples(IMAGES, LABELS.astype(np.int64) + 256)}),
    (f"{BYTES}int8 (5,).", {"training": Examples(IMAGES, LABELS.astype(np.int8))}),
    (f"{BYTES}uint8 (5, 1).", {"training": Examples(IMAGES, LABELS[:, None])}),
    (f"{BYTES}uint8 (0,).", {"training": Examples(IMAGES[:0], LABELS[:0])}),
    ("images: expected the shape (5, 6), found (5, 7).", {"training": Examples(np.zeros((5, 7), np.uint8), LABELS)}),
    ("images: expected the shape (5, 6), found (4, 6).", {"training": Examples(IMAGES[:4], LABELS)}),
    ("images: expected the shape (5, 6), found (30,).", {"training": Examples(IMAGES.ravel(), LABELS)}),
    ("images: expected the shape (5, 6), found (5, 2, 3).", {"training": Examples(IMAGES.reshape(5, 2, 3), LABELS)}),
    ("images: expected bytes or float32, found float64.", {"training": Noise(IMAGES / 255, LABELS)}),
    ("images: expected bytes or float32, found bool.", {"training": Examples(IMAGES > 9, LABELS)}),
    ("w1: expected 1 to 65536 rows, found 0.", {"weights": changed(w1=np.zeros((0, 4)))}),
    ("w1: expected 1 to 65536 rows, found 65537.", {"weights": changed(**LARGE)}),
    (
        "w1: expected a column at least, found none.",
        {"weights": changed(w1=np.zeros((6, 0)), w2=np.zeros((0, 3)), b1=np.zeros(0))},
    ),
    ("weights: expected matrices w1 and w2, found (24,) and (4, 3).", {"weights": changed(w1=np.zeros(24))}),
    ("weights: expected matrices w1 and w2, found (6, 4) and (12,).", {"weights": changed(w2=np.zeros(12))}),
    ("b1: expected the shape (4,), found (3,).", {"weights": changed(b1=np.zeros(3))}),
    ("b1: expected the shape (4,), found (4, 1).", {"weights": changed(b1=np.zeros((4, 1)))}),
    ("b2: expected the shape (3,), found (4,).", {"weights": changed(b2=np.zeros(4))}),
    ("w2: expected the shape (4, 3), found (5, 3).", {"weights": changed(w2=np.zeros((5, 3)))}),
    (
        "w2: expected the shape (3, 0), found (4, 0).",
        {"weights": replace(WEIGHTS["softmax regression"], w2=np.zeros((4, 0)))},
    ),
    (
        "weights: expected at most 256 classes, found 257.",
        {"weights": changed(w2=np.zeros((4, 257)), b2=np.zeros(257))},
    ),
    ("weights: expected at most 256 classes, found 257.", {"weights": initial_weights(6, 257, 0, 0.1, 1)}),
]


@pytest.mark.parametrize(("line", "wrong"), WRONG, ids=[line for line, _ in WRONG])
def test_a_trainer_is_not_made_from(line: str, wrong: dict[str, Any]) -> None:
    how = {"weights": WEIGHTS["network"], "training": EXAMPLES, "learning_rate": 0.5, "reg": 0.0, "batch_size": 2}
    watched = Watched()
    refused(watched, line, lambda: compiled.Trainer(**how | wrong, library=watched))


ORDERS = {
    "a place after the last": [0, 5],
    "a negative place": [0, -1],
    "a place far away": [2**62],
    "none": np.zeros(0, np.intp),
    "more places than images": [0, 1, 2, 3, 4, 0],
    "numbers that are not whole": [0.0, 1.0],
    "truth values": [True, False],
    "a table": [[0, 1], [2, 3]],
    "a place beyond signed integers": np.array([2**64 - 1], np.uint64),
}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_an_epoch_does_not_go_through(order: Any) -> None:
    watched = Watched()
    made = compiled.Trainer(WEIGHTS["network"], EXAMPLES, 0.5, 0.0, 2, library=watched)
    before = content(made.weights)
    refused(watched, "order: expected places of 5 images, found others.", lambda: made.epoch(np.array(order)))
    assert content(made.weights) == before


@pytest.mark.parametrize("method", ["evaluate", "logits"])
def test_weights_and_images_that_do_not_belong_together_are_not_evaluated(method: str) -> None:
    watched = Watched()
    made = compiled.Trainer(WEIGHTS["network"], EXAMPLES, 0.5, 0.0, 2, library=watched)
    evaluate = getattr(made, method)
    for pixels, classes in ((5, 3), (7, 3), (6, 2), (6, 4)):
        line = f"weights: expected (6, 3) pixels and classes, found ({pixels}, {classes})."
        refused(
            watched, line, lambda of=(pixels, classes): evaluate(initial_weights(of[0], 4, of[1], 0.1, 1), EXAMPLES)
        )
    narrow = Examples(IMAGES[:, :5], LABELS)
    refused(watched, "images: expected the shape (5, 6), found (5, 5).", lambda: evaluate(made.weights, narrow))
    none = Examples(IMAGES[:0], LABELS[:0])
    refused(watched, f"{BYTES}uint8 (0,).", lambda: evaluate(made.weights, none))


def test_a_network_with_other_hidden_units_is_evaluated() -> None:
    other = initial_weights(6, 40, 3, 0.5, 7)
    _, logits = network.forward(other, OTHERS.images / 255)
    np.testing.assert_allclose(trainer().logits(other, OTHERS), logits, atol=1e-5)


def test_all_256_classes_can_be_learned() -> None:
    images = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1) * np.uint8(255)
    training = Examples(images, np.arange(256, dtype=np.uint8))
    made = trainer(initial_weights(8, 64, 256, 0.5, 1), training, learning_rate=2.0, reg=0.0, batch_size=16)
    rng = np.random.default_rng(1)
    for _ in range(300):
        made.epoch(rng.permutation(256))
    assert made.evaluate(made.weights, training)[1] == 1
