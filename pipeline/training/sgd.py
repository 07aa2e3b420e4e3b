"""Training at the speed of the machine: a network's epochs in single precision, and what it makes of other examples.

The arithmetic is that of pipeline.training.network, which the tests hold it to; nothing is approximated. What makes it
fast:

- Sorted pixels. The pixels that few images use stand last (pipeline.data.examples) and the images of a product are
  sorted by length, so that their zeros form a staircase; each of a few ranges of pixels is multiplied for only as many
  images as reach into it.
- Blocks. A product with few rows is slow, so small batches are taken several at a time. If W are the weights before
  a block and D_j what batch j takes from them at the hidden units, batch t of the block sees
  X_t (W - Σ X_jᵀ D_j) = X_t W - Σ (X_t X_jᵀ) D_j, the sums over the batches j < t, biases and decay apart: one
  product with W and one update of W for the whole block, and small products in between.
- Decay by a factor. The penalty multiplies W1 by the same number in every step, so W1 is a factor times a matrix.
- Bytes. Images stay bytes until they are multiplied; 1/255 is part of a factor that is applied anyway.
- Classes in rows. Logits are (classes, images), so that operations run along the images. Those of an epoch are kept,
  and its loss and accuracy computed at once.
- Nothing is allocated from batch to batch. Arrays and the views of them are made once, and results written in place.
- np.dot instead of np.matmul for two matrices: it does the same and starts sooner.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numpy import add, copyto, divide, dot, exp, matmul, maximum, multiply, reciprocal, subtract

from pipeline.data.examples import Bytes, Indices, Lengths, Sorted
from pipeline.training.network import Weights

Single = npt.NDArray[np.float32]

RANGES = 3  # of pixels in the staircase
BLOCK_IMAGES = 64  # batches are joined to blocks of at most so many images
BLOCK_BATCHES = 4  # and of at most so many batches
WIDTH = 8  # single-precision numbers in a vector register: products are cut at about multiples of it
CHUNK = 500  # images in a forward pass of an evaluation
SMALLEST_FACTOR = 1e-3  # far from where a matrix divided by it would overflow
BRIGHTEST = 255
ONE = np.float32(1)


def evaluate(weights: Weights, examples: Sorted) -> tuple[float, float]:
    """Mean cross-entropy (nats) and accuracy on a set of examples; fastest if they are sorted by length."""
    state = State.of(weights)
    loss, correct = 0.0, 0
    with np.errstate(all="ignore"):
        for start in range(0, len(examples), CHUNK):
            part = slice(start, start + CHUNK)
            labels, longest = examples.labels[part], int(examples.lengths[part].max())
            z: Single = examples.images[part, :longest].astype(np.float32) @ state.w1[:longest]
            z *= np.float32(-1 / BRIGHTEST)
            z -= state.b1
            _sigmoid_of_negated(z)
            logits = state.w2 @ z.T
            logits += state.b2
            correct += int((logits.argmax(axis=0) == labels).sum())
            logits -= logits.max(axis=0)
            labelled = logits[labels, np.arange(len(labels))]
            loss += float((np.log(exp(logits).sum(axis=0)) - labelled).sum(dtype=np.float64))
    return loss / len(examples), correct / len(examples)


class Trainer:
    """Minibatch gradient descent on one network, float32. The rows of W1 are in the order of the sorted pixels."""

    evaluate = staticmethod(evaluate)

    def __init__(self, weights: Weights, training: Sorted, learning_rate: float, reg: float, batch_size: int) -> None:
        self.training = training
        self.state = State.of(weights)
        pixels, divided = ranges(training.lengths), shapes(len(training), batch_size)
        with np.errstate(all="ignore"):  # a number too large for single precision makes a run that diverges
            self.stretches = [
                Stretch(self.state, training, shape, pixels=pixels, learning_rate=learning_rate, reg=reg)
                for shape in divided
            ]

    @property
    def weights(self) -> Weights:
        """The weights after the last epoch; the arrays change with the next one."""
        return Weights(self.state.w1, self.state.b1, self.state.w2.T, self.state.b2[:, 0])

    def epoch(self, order: Indices) -> tuple[float, float]:
        """Train on the images in the given order (n,); returns the running mean loss and accuracy."""
        loss, correct, start = 0.0, 0, 0
        for stretch in self.stretches:
            stop = start + stretch.shape.images
            stretch_loss, stretch_correct = stretch.train(order[start:stop])
            loss, correct, start = loss + stretch_loss, correct + stretch_correct, stop
        self.state.fold()
        return loss / len(order), correct / len(order)


class Shape(NamedTuple):
    """So many blocks, of so many batches each, of so many images each."""

    blocks: int
    batches: int
    size: int

    @property
    def images(self) -> int:
        """The number of images in all blocks."""
        return self.blocks * self.batches * self.size


def shapes(images: int, batch_size: int) -> list[Shape]:
    """How an epoch is divided: blocks of several batches, then the batches left over, then a last, smaller batch."""
    joined = max(1, min(BLOCK_BATCHES, BLOCK_IMAGES // batch_size))
    batches, rest = divmod(images, batch_size)
    blocks, left = divmod(batches, joined)
    divided = Shape(blocks, joined, batch_size), Shape(left, 1, batch_size), Shape(1, 1, rest)
    return [shape for shape in divided if shape.images]


@dataclass
class State:
    """The weights as they are trained: W1 = factor × w1 (pixels, h), b1 (h,), W2ᵀ = w2 (c, h), b2 (c, 1)."""

    w1: Single
    b1: Single
    w2: Single
    b2: Single
    factor: float = 1.0

    @classmethod
    def of(cls, weights: Weights) -> "State":
        """A copy of the weights in single precision."""
        w1, b1, w2, b2 = (np.array(w, np.float32) for w in (weights.w1, weights.b1, weights.w2.T, weights.b2[:, None]))
        return cls(w1, b1, np.ascontiguousarray(w2), b2)

    def decay(self, factor: float) -> None:
        """Multiply W1 by a number. The factor is multiplied out where it would vanish or turn negative."""
        self.factor *= factor
        if self.factor < SMALLEST_FACTOR:
            self.fold()

    def fold(self) -> None:
        """Multiply the factor out, so that w1 is W1."""
        multiply(self.w1, np.float32(self.factor), out=self.w1)
        self.factor = 1.0


class Batch(NamedTuple):
    """Views of one batch of a block.

    z (n, h) holds -(X W1 + b1), then σ(X W1 + b1), and z_t is its transpose; d (n, h) is learning_rate times the
    gradient there. The batches before it in the block have `earlier` (m, h), all their d, and correlate with it
    by `gram` (n, m).
    """

    z: Single
    z_t: Single
    d: Single
    gram: Single
    earlier: Single


Outputs = Iterator[tuple[Single, Single, Single]]


class Stretch:
    """Blocks of one shape, trained one after the other on a state that other stretches share.

    For n images in a batch, h hidden units and c classes. All batches of an epoch keep their targets (c, n), which are
    learning_rate / n at the label, their logits (c, n), shifted so that the largest is 0, and totals (c, n), in every
    row the sum of their exponentials times n / learning_rate.
    """

    def __init__(
        self,
        state: State,
        training: Sorted,
        shape: Shape,
        *,
        pixels: list[tuple[int, int]],
        learning_rate: float,
        reg: float,
    ) -> None:
        self.state, self.training, self.shape = state, training, shape
        blocks, batches, size = shape
        hidden, classes = len(state.b1), len(state.b2)
        self.decay = 1 - learning_rate * reg
        self.staircase = Staircase(state.w1, pixels, batches, size, self.decay)

        self.block_decay = float(np.power(self.decay, batches))
        powers = np.power(self.decay, np.arange(batches))[:, None, None]
        self.before, self.after = powers.astype(np.float32), powers[::-1].astype(np.float32)
        self.scale = np.empty_like(self.before)
        self.z, self.d = _zeros(batches, size, hidden), _zeros(batches, size, hidden)
        self.all_d = self.d.reshape(-1, hidden)
        self.batches = [self._batch(number) for number in range(batches)]

        self.work = _zeros(size, hidden)
        self.p = _zeros(classes, size)
        self.p_t = self.p.T
        self.top = _zeros(size)
        self.d_b1, self.d_w2, self.d_b2 = _zeros(hidden), _zeros(classes, hidden), _zeros(classes, 1)
        self.ones_block, self.ones_batch = np.ones(batches * size, np.float32), np.ones((size, 1), np.float32)
        # exp / sum is the softmax; over so many sums it is also multiplied by learning_rate / n, as every gradient is
        self.sums = np.float32(size / learning_rate)
        self.summing = np.full((classes, classes), self.sums)
        self.decaying = np.float32(self.decay)

        self.targets, self.logits, self.totals = (_zeros(blocks * batches, classes, size) for _ in range(3))
        image = np.arange(shape.images)
        self.columns = image // size * (classes * size) + image % size

    def _batch(self, number: int) -> Batch:
        z, before = self.z[number], number * self.shape.size
        gram = self.staircase.gram[number, :, :before]
        return Batch(z, z.T, self.d[number], gram, self.all_d[:before])

    def train(self, order: Indices) -> tuple[float, int]:
        """Train on images in the given order; returns their summed loss and how many are classified rightly."""
        rows, reach, labels = self._arrange(order)
        cells = self.columns + labels * self.shape.size
        self.targets.fill(0)
        self.targets.reshape(-1)[cells] = ONE / self.sums
        outputs = zip(self.targets, self.logits, self.totals, strict=True)
        for block_rows, block_reach in zip(rows, reach, strict=True):
            self._block(block_rows, block_reach, outputs)
        labelled = self.logits.reshape(-1)[cells].sum(dtype=np.float64)
        loss = np.log(self.totals[:, 0] / self.sums).sum(dtype=np.float64) - labelled
        return float(loss), int((self.logits.argmax(axis=1).reshape(-1) == labels).sum())

    def _arrange(self, order: Indices) -> tuple[Indices, list[list[int]], Indices]:
        """Sort each batch by length: the images of each block for the staircase, its reach, and the labels."""
        blocks, _, size = self.shape
        lengths = self.training.lengths[order].reshape(-1, size)
        sorting = np.argsort(-lengths, axis=1, kind="stable")
        images = np.take_along_axis(order.reshape(-1, size), sorting, axis=1)
        labels = self.training.labels[images].reshape(-1).astype(np.intp)
        rows = images.reshape(self.shape).transpose(0, 2, 1).reshape(blocks, -1)
        return rows, self.staircase.reach(lengths.reshape(self.shape)), labels

    def _block(self, rows: Indices, reach: Sequence[int], outputs: Outputs) -> None:
        staircase, state = self.staircase, self.state
        staircase.load(self.training.images, rows, reach)
        # -(X W1 + b1) as if nothing were learned in this block; before batch t, W1 decays t times
        staircase.forward()
        multiply(self.before, -state.factor / BRIGHTEST, out=self.scale)
        multiply(staircase.z, self.scale, out=self.z)
        subtract(self.z, state.b1, out=self.z)
        if self.shape.batches > 1:
            staircase.correlate()
        # what the earlier batches of the block have learned is put in before each batch
        for batch, (targets, logits, totals) in zip(self.batches, outputs):  # noqa: B905 - outputs go on after a block
            if len(batch.earlier):
                dot(batch.gram, batch.earlier, out=self.work)
                add(batch.z, self.work, out=batch.z)
            self._step(batch, targets, logits, totals)
        # the first layer after the block; what batch t has learned decays with the batches after it
        dot(self.ones_block, self.all_d, out=self.d_b1)
        subtract(state.b1, self.d_b1, out=state.b1)
        state.decay(self.block_decay)
        multiply(self.after, 1 / (BRIGHTEST * state.factor), out=self.scale)
        multiply(self.d, self.scale, out=staircase.d)
        staircase.descend()

    def _step(self, batch: Batch, targets: Single, logits: Single, totals: Single) -> None:
        """One batch from -(X W1 + b1) on: outputs, the update of the second layer, and d."""
        z, d, p, work = batch.z, batch.d, self.p, self.work
        w2, b2 = self.state.w2, self.state.b2
        _sigmoid_of_negated(z)
        dot(w2, batch.z_t, out=logits)
        add(logits, b2, out=logits)
        maximum.reduce(logits, axis=0, out=self.top)
        subtract(logits, self.top, out=logits)
        exp(logits, out=p)
        dot(self.summing, p, out=totals)
        divide(p, totals, out=p)
        subtract(p, targets, out=p)
        dot(self.p_t, w2, out=d)
        multiply(z, z, out=work)
        subtract(z, work, out=work)
        multiply(d, work, out=d)
        dot(p, z, out=self.d_w2)
        multiply(w2, self.decaying, out=w2)
        subtract(w2, self.d_w2, out=w2)
        dot(p, self.ones_batch, out=self.d_b2)
        subtract(b2, self.d_b2, out=b2)


def ranges(lengths: Lengths) -> list[tuple[int, int]]:
    """The ranges of pixels (start, stop) of the staircase, each cut made where it saves most, if anything."""
    longest = max(1, int(lengths.max()))
    reaching = len(lengths) - np.searchsorted(np.sort(lengths), np.arange(longest), side="right")
    reaching[0] = len(lengths)

    def products(starts: tuple[int, ...]) -> int:
        return int(dot(np.diff((*starts, longest)), reaching[list(starts)]))

    starts: tuple[int, ...] = (0,)
    for _ in range(RANGES - 1):
        divided = [tuple(sorted((*starts, cut))) for cut in range(WIDTH, longest, WIDTH) if cut not in starts]
        starts = min((starts, *divided), key=products)
    return list(zip(starts, (*starts[1:], longest), strict=True))


@dataclass(frozen=True, slots=True)
class Stair:
    """Views for one range of k pixels and the r rows of a block that reach into it: x (r, k) and what it meets.

    `pairs` has for each batch but the first its rows of x, those of all batches before it, and their product.
    """

    bytes: Bytes
    x: Single
    x_t: Single
    w1: Single
    product: Single
    z: Single
    d: Single
    d_w1: Single
    pairs: list[tuple[Single, Single, Single]]
    products: Single
    gram: Single


class Staircase:
    """The images of one block at a time, and their products without the zeros.

    The rows of the images x are those of the batches in turn, each batch's longest image first: all first rows,
    then all second rows. z and d (batches, n, h) are views that undo this.
    """

    def __init__(self, w1: Single, pixels: list[tuple[int, int]], batches: int, size: int, decay: float) -> None:
        hidden, rows, later = w1.shape[1], batches * size, batches - 1
        widest = max(stop - start for start, stop in pixels)
        self.w1, self.pixels, self.batches, self.size = w1, pixels, batches, size
        self.bytes = np.zeros((rows, w1.shape[0]), np.uint8)
        self.x = [_zeros(rows, stop - start) for start, stop in pixels]
        self.rows_z, self.rows_d, self.product = _zeros(rows, hidden), _zeros(rows, hidden), _zeros(rows, hidden)
        self.d_w1 = _zeros(widest * hidden)
        self.z, self.d = (a.reshape(size, batches, hidden).transpose(1, 0, 2) for a in (self.rows_z, self.rows_d))

        # gram[t, :, j*n:(j+1)*n] is for batch t and batch j; row t = 0 is empty of meaning, as are all j >= t
        self.gram = _zeros(batches, size, later * size)
        self.pairs = self.gram[1:].reshape(later, size, later, size).transpose(0, 2, 1, 3)
        self.products = _zeros(later**2 * size**2)
        ages = np.maximum(np.arange(later)[:, None] - np.arange(later), 0)
        weights = np.power(decay, ages)[:, None, :, None] / BRIGHTEST**2
        self.weights = (
            np.broadcast_to(weights, (later, size, later, size)).reshape(later, size, later * size).astype(np.float32)
        )
        self.stair = cache(self._stair)
        self.stairs: list[Stair] = []

    def reach(self, lengths: Lengths) -> list[list[int]]:
        """How many images of each batch of a block reach into each range at most, for lengths (blocks, batches, n)."""
        counts = np.stack([(lengths > start).sum(axis=2).max(axis=1) for start, _ in self.pixels], axis=1)
        multiple = max(1, WIDTH // self.batches)
        counts = np.minimum(-(-counts // multiple) * multiple, self.size)
        counts[:, 0] = self.size
        return [[int(count) for count in block] for block in counts.tolist()]

    def _stair(self, number: int, reach: int) -> Stair:
        start, stop = self.pixels[number]
        batches, rows, later = self.batches, reach * self.batches, self.batches - 1
        x = self.x[number][:rows]
        by_batch = x.reshape(reach, batches, -1).transpose(1, 0, 2)
        products = self.products[: later**2 * reach**2].reshape(later, later, reach, reach)
        return Stair(
            bytes=self.bytes[:rows, start:stop],
            x=x,
            x_t=x.T,
            w1=self.w1[start:stop],
            product=self.product[:rows],
            z=self.rows_z[:rows],
            d=self.rows_d[:rows],
            d_w1=self.d_w1[: x.shape[1] * self.w1.shape[1]].reshape(x.shape[1], -1),
            pairs=[(by_batch[t], by_batch[:t].transpose(0, 2, 1), products[t - 1, :t]) for t in range(1, batches)],
            products=products,
            gram=self.pairs[:, :, :reach, :reach],
        )

    def load(self, images: Bytes, rows: Indices, reach: Sequence[int]) -> None:
        """Take a block's images, of which so many a batch reach into each range."""
        np.take(images, rows, axis=0, out=self.bytes, mode="clip")
        self.stairs = [self.stair(number, count) for number, count in enumerate(reach) if count]
        for stair in self.stairs:
            copyto(stair.x, stair.bytes)

    def forward(self) -> None:
        """Compute z = x w1."""
        first, *others = self.stairs
        dot(first.x, first.w1, out=first.z)
        for stair in others:
            dot(stair.x, stair.w1, out=stair.product)
            add(stair.z, stair.product, out=stair.z)

    def correlate(self) -> None:
        """For batches t > j: gram = decay^(t-1-j) X_t X_jᵀ + 1, X = x / 255; the 1 is for the biases, which add up."""
        first, *others = self.stairs
        for later, earlier, product in first.pairs:
            matmul(later, earlier, out=product)
        copyto(first.gram, first.products)
        for stair in others:
            for later, earlier, product in stair.pairs:
                matmul(later, earlier, out=product)
            add(stair.gram, stair.products, out=stair.gram)
        gram = self.gram[1:]
        multiply(gram, self.weights, out=gram)
        add(gram, ONE, out=gram)

    def descend(self) -> None:
        """Subtract xᵀ d from w1, from the last range to the first, which the next block needs first: it is in cache."""
        for stair in reversed(self.stairs):
            dot(stair.x_t, stair.d, out=stair.d_w1)
            subtract(stair.w1, stair.d_w1, out=stair.w1)


def _sigmoid_of_negated(z: Single) -> None:
    """Replace -z by σ(z) = 1 / (1 + e^-z); where e^-z overflows to infinity, σ is rightly 0."""
    exp(z, out=z)
    add(z, ONE, out=z)
    reciprocal(z, out=z)


def _zeros(*shape: int) -> Single:
    return np.zeros(shape, np.float32)
