"""Softmax regression by each engine: its gradients against finite differences, its optimum against another library."""

from functools import partial

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from oracle import make, on_each_engine
from scipy.special import log_softmax, logsumexp
from sklearn.linear_model import LogisticRegression

from pipeline.data.examples import Examples, Prepared, by_length, by_use, prepare, sort_pixels
from pipeline.training import run, softmax
from pipeline.training.network import Weights, initial_weights


def draw(rng: np.random.Generator, count: int, pixels: int, classes: int) -> Examples:
    """Images, some wholly black, and labels that leave a class out."""
    images = rng.integers(0, 256, (count, pixels), dtype=np.uint8)
    images[rng.random(count) < 0.1] = 0
    return Examples(images, rng.integers(1 % classes, classes, count).astype(np.uint8))


def measured(w: np.ndarray, examples: Examples) -> tuple[float, float]:
    """Mean cross-entropy and accuracy, image by image; the first of equal logits wins."""
    losses, right = [], 0
    for image, label in zip(examples.images, examples.labels, strict=True):
        logits = image / 255 @ w
        losses.append(logsumexp(logits) - logits[label])
        right += int(np.argmax(logits) == label)
    return float(np.mean(losses)), right / len(losses)


def objective(w: np.ndarray, examples: Examples, reg: float) -> float:
    return measured(w, examples)[0] + reg / 2 * float((w**2).sum())


def part(examples: Examples, rows: np.ndarray) -> Examples:
    return Examples(examples.images[rows], examples.labels[rows])


def slopes(w: np.ndarray, examples: Examples, reg: float, width: float = 1e-5) -> np.ndarray:
    """The gradient of the objective by central differences."""
    found = np.empty_like(w)
    for place in np.ndindex(w.shape):
        step = np.zeros_like(w)
        step[place] = width
        found[place] = (objective(w + step, examples, reg) - objective(w - step, examples, reg)) / (2 * width)
    return found


def specification(**changes: float) -> dict[str, float]:
    return {
        **{"learning_rate": 0.1, "reg": 0.01, "batch_size": 8, "hidden": 0, "epochs": 3, "seed": 4},
        **{"initial_scale": 0.1, "initial_seed": 5},
    } | changes


@on_each_engine
@settings(max_examples=40)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 12),
    pixels=st.integers(1, 5),
    classes=st.integers(2, 4),
    batch_size=st.integers(1, 12),
    rate=st.floats(0.01, 1),
    reg=st.sampled_from([0, 0.001, 0.5]),
)
@example(seed=1, count=7, pixels=3, classes=3, batch_size=3, rate=0.5, reg=0.1)  # a last batch of one
def test_an_epoch_descends_the_gradient_batch_by_batch(engine, seed, count, pixels, classes, batch_size, rate, reg):
    rng = np.random.default_rng(seed)
    training = draw(rng, count, pixels, classes)
    w = rng.normal(size=(pixels, classes))
    weights = Weights(w.copy(), np.zeros(classes), np.zeros((classes, 0)), np.zeros(0))
    trainer = make(engine, 0)(weights, sort_pixels(training, np.arange(pixels)), rate, reg, batch_size)
    order, before = rng.permutation(count), []
    for start in range(0, count, batch_size):
        batch = part(training, order[start : start + batch_size])
        before.append((len(batch.labels), *measured(w, batch)))
        w = w - rate * slopes(w, batch, reg)
    sizes, *means = zip(*before, strict=True)
    assert trainer.epoch(order) == pytest.approx([np.average(each, weights=sizes) for each in means], abs=1e-5)
    np.testing.assert_allclose(trainer.weights.w1, w, atol=1e-5)
    assert [array.size for array in vars(trainer.weights).values()] == [pixels * classes, classes, 0, 0]
    assert not trainer.weights.b1.any()


@given(seed=st.integers(0, 10_000), count=st.integers(1, 40), chunk=st.integers(1, 50))
@settings(max_examples=40)
def test_an_evaluation_counts_every_image_once(seed, count, chunk):
    rng = np.random.default_rng(seed)
    examples = draw(rng, count, 4, 3)
    w = rng.normal(size=(4, 3))
    weights = Weights(w.astype(np.float32), np.zeros(3), np.zeros((3, 0)), np.zeros(0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(softmax, "CHUNK", chunk)
        found = softmax.evaluate(weights, by_length(sort_pixels(examples, np.arange(4))))
        logits = softmax.logits(weights, sort_pixels(examples, np.arange(4)))
    assert found == pytest.approx(measured(w, examples), abs=1e-5)
    assert logits.dtype == np.float32
    np.testing.assert_allclose(logits, examples.images / 255 @ w, atol=1e-5)


@on_each_engine
def test_a_run_is_that_of_plain_loops_on_the_unsorted_images(engine):
    """With the metrics of every epoch, from the drawn weights on; 50 images in batches of 8 leave one of two."""
    rng = np.random.default_rng(6)
    training, validation, testing = (draw(rng, count, 6, 4) for count in (50, 20, 15))
    whole = Examples(*(np.concatenate([getattr(s, n) for s in (training, validation)]) for n in ("images", "labels")))
    result = run.train(make(engine, 0), specification(), prepare(whole, testing, 20 / 70, None), 4)
    w = 0.1 * np.random.RandomState(5).standard_normal((6, 4))
    shuffle, models = np.random.default_rng(4), []
    for epoch, norms in zip(result.epochs, result.norms, strict=True):
        order, before, sums = shuffle.permutation(50), w, np.zeros(2)
        for start in range(0, 50, 8):
            batch = part(training, order[start : start + 8])
            sums += np.multiply(measured(w, batch), len(batch.labels))
            x, onehot = batch.images / 255, np.eye(4)[batch.labels]
            w = w - 0.1 * (x.T @ (np.exp(log_softmax(x @ w, axis=1)) - onehot) / len(x) + 0.01 * w)
        assert (epoch.training_loss, epoch.training_accuracy) == pytest.approx(tuple(sums / 50), abs=1e-5)
        assert (epoch.validation_loss, epoch.validation_accuracy) == pytest.approx(measured(w, validation), abs=1e-5)
        assert (norms.w1_norm, norms.w2_norm) == (pytest.approx(np.linalg.norm(w), rel=1e-5), 0)
        assert norms.gradient_norm == pytest.approx(np.linalg.norm(w - before) / (0.1 * 7), rel=1e-4)
        models.append(w)
    told, best = result.metrics, models[int(result.metrics["best_epoch"]) - 1]
    assert (told["testing_loss"], told["testing_accuracy"]) == pytest.approx(measured(best, testing), abs=1e-5)
    assert (told["last_testing_loss"], told["last_testing_accuracy"]) == pytest.approx(measured(w, testing), abs=1e-5)
    assert told["final_training_accuracy"] == pytest.approx(measured(w, training)[1])


@on_each_engine
def test_it_comes_to_scikit_learns_optimum(engine):
    """Of the mean cross-entropy plus reg/2 ‖W‖², which is C = 1 / (n reg) there; a full batch, until it rests."""
    rng = np.random.default_rng(7)
    training = draw(rng, 60, 5, 3)
    training = Examples(training.images, np.where(training.images[:, 0] > 128, 2, training.labels).astype(np.uint8))
    training.labels[:5] = 0
    data = Prepared(np.arange(5), *(sort_pixels(training, np.arange(5)) for _ in range(3)))
    initial = initial_weights(5, 3, 0, 0.1, 1)
    trainer = make(engine, 0)(initial, data.training, 1.0, 0.02, 60)
    for _ in range(2000):
        trainer.epoch(np.arange(60))
    expected = LogisticRegression(C=1 / (60 * 0.02), fit_intercept=False, tol=1e-10, max_iter=10_000)
    expected.fit(training.images / 255, training.labels)
    np.testing.assert_allclose(trainer.weights.w1, expected.coef_.T, atol=1e-5)


@on_each_engine
def test_a_run_that_diverges_is_told_so(engine):
    rng = np.random.default_rng(8)
    data = prepare(draw(rng, 60, 6, 4), draw(rng, 10, 6, 4), 0.2, 1)
    trained = partial(run.train, make(engine, 0), data=data, classes=4)
    assert trained(specification(learning_rate=1e200, reg=1e200, epochs=2)).diverged
    slowly = trained(specification(learning_rate=3, reg=1, epochs=200))  # each step doubles W
    assert slowly.diverged
    assert 1 < len(slowly.epochs) < 200
    assert all(np.isfinite([*vars(each).values()]).all() for each in slowly.norms), "so that they can be written"
    assert not trained(specification()).diverged


@on_each_engine
def test_the_order_of_the_pixels_changes_nothing(engine):
    """W is drawn for the pixels as they are in the image, whatever order training wants them in."""
    rng = np.random.default_rng(9)
    training = draw(rng, 40, 6, 4)
    training.images[:, 0] = 0
    plain, by_use_ = np.arange(6), by_use(training.images)
    assert list(by_use_) != list(plain)
    results = [
        run.train(
            make(engine, 0), specification(), Prepared(order, *(sort_pixels(training, order) for _ in range(3))), 4
        )
        for order in (plain, by_use_)
    ]
    first, second = ([vars(epoch) | {"seconds": 0} for epoch in result.epochs] for result in results)
    assert [list(epoch.values()) for epoch in first] == [
        pytest.approx(list(epoch.values()), abs=1e-5) for epoch in second
    ]
