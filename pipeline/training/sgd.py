"""Training at the speed of the machine: a network's epochs in single precision, and what it makes of other examples.

The arithmetic is that of pipeline.training.network, which the tests hold it to; nothing is approximated. What makes it
fast:

- Sorted pixels. The pixels that few images use stand last (pipeline.data.examples) and the images of a batch are
  sorted by length, so that each of a few ranges of pixels is multiplied for only as many images as reach into it.
- Blocks. A product with few rows is slow, so small batches are taken several at a time. If W are the weights before
  a block and D_j what batch j takes from them at the hidden units, batch t of the block sees
  X_t (W - Σ X_jᵀ D_j) = X_t W - Σ (X_t X_jᵀ) D_j, the sums over the batches j < t, biases and decay apart: one
  product with W and one update of W for the whole block, and small products in between.
- Decay by a factor. The penalty multiplies W1 by the same number in every step, so W1 is a factor times a matrix.
- Bytes. Images stay bytes until they are multiplied, and the weights that meet them are divided by 255 instead.
- The logits of an epoch are kept, and its loss and accuracy computed at once.
- Little is allocated from batch to batch. Arrays and the views of them are made once, and results written in place.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy import add, copyto, dot, exp, maximum, multiply, reciprocal, subtract, take

from pipeline.data.examples import BRIGHTEST, Bytes, Indices, Lengths, Single, Sorted
from pipeline.training.network import Weights, accuracy, cross_entropy, sigmoid

RANGES = 3  # of pixels
RANGES_OF_JOINED = 2  # where batches are joined, since a range is dearer there
BLOCK_IMAGES = 64  # batches are joined to blocks of at most so many images
BLOCK_BATCHES = 4  # and of at most so many batches
WIDTH = 8  # pixels are cut at multiples of the single-precision numbers in a vector register
CHUNK = 500  # images in a forward pass of an evaluation
SMALLEST_FACTOR = 1e-3  # far from where a matrix divided by it would overflow
ONE = np.float32(1)


@np.errstate(all="ignore")
def logits(weights: Weights, examples: Sorted) -> Single:
    """The logits (n, classes) of examples; fastest if they are sorted by length."""
    w1, b1, w2, b2 = (array.astype(np.float32) for array in vars(weights).values())
    w1 /= BRIGHTEST
    parts = []
    for start in range(0, len(examples), CHUNK):
        part = slice(start, start + CHUNK)
        longest = int(examples.lengths[part].max())
        z = examples.images[part, :longest].astype(np.float32) @ w1[:longest] + b1
        parts.append(sigmoid(z) @ w2 + b2)
    return np.concatenate(parts)


@np.errstate(all="ignore")
def evaluate(weights: Weights, examples: Sorted) -> tuple[float, float]:
    """Mean cross-entropy (nats) and accuracy on a set of examples; fastest if they are sorted by length."""
    found = logits(weights, examples)
    return cross_entropy(found, examples.labels), accuracy(found, examples.labels)


class Layers(NamedTuple):
    """The weights as they are trained: -W1 / 255 (pixels, h), b1 (h,), W2ᵀ (c, h), b2 (c, 1)."""

    w1: Single
    b1: Single
    w2: Single
    b2: Single


class Trainer:
    """Minibatch gradient descent on one network, float32. The rows of W1 are in the order of the sorted pixels."""

    logits = staticmethod(logits)
    evaluate = staticmethod(evaluate)

    @np.errstate(all="ignore")  # a number too large for single precision makes a run that diverges
    def __init__(self, weights: Weights, training: Sorted, learning_rate: float, reg: float, batch_size: int) -> None:
        self.training = training
        w1, b1, w2, b2 = (array.astype(np.float32) for array in vars(weights).values())
        self.layers = Layers(w1 / -BRIGHTEST, b1, np.ascontiguousarray(w2.T), b2[:, None])
        self.parts = [
            Part(self.layers, training, shape, learning_rate, 1 - learning_rate * reg)
            for shape in shapes(len(training), batch_size)
        ]

    @property
    def weights(self) -> Weights:
        """The weights after the last epoch; some of the arrays change with the next one."""
        w1, b1, w2, b2 = self.layers
        return Weights(w1 * -BRIGHTEST, b1, w2.T, b2[:, 0])

    def epoch(self, order: Indices) -> tuple[float, float]:
        """Train on the images in the given order (n,); returns the running mean loss and accuracy."""
        stops = np.cumsum([part.shape.images for part in self.parts])
        found = [part.train(images) for part, images in zip(self.parts, np.split(order, stops[:-1]), strict=True)]
        outputs, labels = (np.concatenate(each, axis=-1) for each in zip(*found, strict=True))
        return cross_entropy(outputs.T, labels), accuracy(outputs.T, labels)


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


class Stair(NamedTuple):
    """Views for one range of k pixels and the first r images of each batch of a block, which reach into it.

    `pairs` has for each batch but the first its rows of x, those of all batches before it, and what they add to.
    """

    bytes: Bytes  # (batches, r, k)
    cells: Single  # the same in single precision
    x: Single  # (batches r, k)
    w1: Single  # (k, h)
    z: Single  # (batches, r, h)
    d: Single
    pairs: list[tuple[Single, Single, Single]]


class Part:
    """Blocks of one shape, trained one after the other on layers that other parts share.

    For a batch of n images, h hidden units and c classes: z (n, h) is -(X W1 + b1), then σ(X W1 + b1); d (n, h) is
    learning_rate times the gradient there. gram[t] (n, t, n) correlates batch t of a block with the t before it.
    """

    def __init__(self, layers: Layers, training: Sorted, shape: Shape, learning_rate: float, decay: float) -> None:
        self.layers, self.training, self.shape = layers, training, shape
        _, batches, size = shape
        self.pixels = ranges(training.lengths, RANGES_OF_JOINED if batches > 1 else RANGES)
        hidden, classes = len(layers.b1), len(layers.b2)
        self.factor = 1.0  # while this part is trained, W1 is so many times what the layers say
        self.decay, self.block_decay = np.float32(decay), float(np.power(decay, batches))
        self.before = np.power(decay, range(batches)).astype(np.float32)[:, None, None]
        self.after = self.before[::-1] / BRIGHTEST**2
        # exp / sum is the softmax; over so many sums it is also multiplied by learning_rate / n, as every gradient is
        self.summing = np.full((classes, classes), size / learning_rate, np.float32)
        self.ones, self.column = np.ones(batches * size, np.float32), np.ones((size, 1), np.float32)
        self.bytes = np.zeros((batches, size, len(layers.w1)), np.uint8)
        self.x = [_zeros(batches * size, stop - start) for start, stop in self.pixels]
        self.z, self.d = _zeros(batches, size, hidden), _zeros(batches, size, hidden)
        self.gram = [_zeros(size, t, size) for t in range(batches)]
        self.flat_z, self.flat_d = _rows(self.z), _rows(self.d)
        self.flat_gram = [gram.reshape(size, gram.shape[1] * size) for gram in self.gram]
        self.d_w2 = np.zeros_like(layers.w2)
        self.work, self.p, self.totals = _zeros(size, hidden), _zeros(classes, size), _zeros(classes, size)
        self.stair = cache(self._stair)

    def _stair(self, number: int, rows: int) -> Stair:
        (start, stop), batches = self.pixels[number], self.shape.batches
        x = self.x[number][: batches * rows]
        cells = x.reshape(batches, rows, -1)
        return Stair(
            bytes=self.bytes[:, :rows, start:stop],
            cells=cells,
            x=x,
            w1=self.layers.w1[start:stop],
            z=self.z[:, :rows],
            d=self.d[:, :rows],
            pairs=[(cells[t], x[: t * rows].T, self.gram[t][:rows, :, :rows]) for t in range(1, batches)],
        )

    def train(self, order: Indices) -> tuple[Single, Bytes]:
        """Train on images in the given order; returns the logits (c, n) before each update, and their labels."""
        lengths = self.training.lengths[order].reshape(self.shape)
        longest_first = np.argsort(-lengths, axis=2, kind="stable")
        images = np.take_along_axis(order.reshape(self.shape), longest_first, axis=2)
        labels = self.training.labels[images]
        targets = (labels[:, :, None] == np.arange(len(self.layers.b2))[:, None]) / self.summing[0, 0]
        outputs = np.empty_like(targets)
        reach = np.stack([(lengths > start).sum(axis=2).max(axis=1) for start, _ in self.pixels], axis=1)
        reach[:, 0] = self.shape.size
        for each in zip(images, reach.tolist(), targets, outputs, strict=True):
            self._block(*each)
        self._fold()
        return np.moveaxis(outputs, 2, 0).reshape(len(self.layers.b2), -1), labels.reshape(-1)

    def _block(self, images: Indices, reach: list[int], targets: Single, outputs: Single) -> None:
        """Train on a block, of which so many images of a batch reach into each range of pixels."""
        take(self.training.images, images, axis=0, out=self.bytes, mode="clip")
        stairs = [self.stair(number, rows) for number, rows in enumerate(reach) if rows]
        self._forward(stairs)
        if len(images) > 1:
            self._correlate(stairs)
        # what the earlier batches of the block have learned is put in before each batch
        for t, (z, d) in enumerate(zip(self.z, self.d, strict=True)):
            if t:
                add(z, dot(self.flat_gram[t], self.flat_d[: t * len(z)]), out=z)
            self._step(z, d, targets[t], outputs[t])
        self._descend(stairs)

    def _forward(self, stairs: list[Stair]) -> None:
        """Put -(X W1 + b1) into z as if nothing were learned in this block; before batch t, W1 decays t times."""
        first, *others = stairs
        copyto(first.cells, first.bytes)
        dot(first.x, first.w1, out=self.flat_z)
        for stair in others:
            copyto(stair.cells, stair.bytes)
            z = stair.z
            z += dot(stair.x, stair.w1).reshape(z.shape)
        self.z *= self.before * np.float32(self.factor)
        self.z -= self.layers.b1

    def _correlate(self, stairs: list[Stair]) -> None:
        """For batches t > j: gram = decay^(t-1-j) X_t X_jᵀ + 1, X = x / 255; the 1 is for the biases, which add up."""
        first, *others = stairs
        for (later, earlier, _), gram in zip(first.pairs, self.flat_gram[1:], strict=True):
            dot(later, earlier, out=gram)
        for stair in others:
            for later, earlier, gram in stair.pairs:
                add(gram, dot(later, earlier).reshape(gram.shape), out=gram)
        for t, gram in enumerate(self.gram[1:], start=1):
            multiply(gram, self.after[-t:, 0], out=gram)
            add(gram, ONE, out=gram)

    def _descend(self, stairs: list[Stair]) -> None:
        """The first layer after the block; what batch t has learned decays with the batches after it."""
        b1 = self.layers.b1
        b1 -= dot(self.ones, self.flat_d)
        self.factor *= self.block_decay
        if self.factor < SMALLEST_FACTOR:  # also where it is negative
            self._fold()
        self.d *= self.after / np.float32(self.factor)
        for stair in stairs:
            w1 = stair.w1
            w1 += dot(stair.x.T, _rows(stair.d))

    def _fold(self) -> None:
        """Multiply the factor out, so that w1 is W1 again."""
        w1 = self.layers.w1
        w1 *= np.float32(self.factor)
        self.factor = 1.0

    def _step(self, z: Single, d: Single, targets: Single, logits: Single) -> None:
        """One batch from -(X W1 + b1) on: logits, shifted so that the largest is 0, d, and the update of W2 and b2."""
        _, _, w2, b2 = self.layers
        exp(z, out=z)  # where this overflows to infinity, σ is rightly 0
        z += ONE
        reciprocal(z, out=z)
        dot(w2, z.T, out=logits)
        logits += b2
        logits -= maximum.reduce(logits)
        p = exp(logits, out=self.p)
        p /= dot(self.summing, p, out=self.totals)
        p -= targets
        dot(p.T, w2, out=d)
        slope = multiply(z, z, out=self.work)
        subtract(z, slope, out=slope)
        d *= slope
        w2 *= self.decay
        w2 -= dot(p, z, out=self.d_w2)
        b2 -= dot(p, self.column)


def ranges(lengths: Lengths, most: int) -> list[tuple[int, int]]:
    """At most so many ranges of pixels (start, stop), each cut made where it saves most products with zero, if any."""
    longest = max(1, int(lengths.max()))
    reaching = len(lengths) - np.searchsorted(np.sort(lengths), np.arange(longest), side="right")
    reaching[0] = len(lengths)

    def products(starts: tuple[int, ...]) -> int:
        return int(dot(np.diff((*starts, longest)), reaching[list(starts)]))

    starts: tuple[int, ...] = (0,)
    for _ in range(most - 1):
        divided = [tuple(sorted((*starts, cut))) for cut in range(WIDTH, longest, WIDTH) if cut not in starts]
        starts = min((starts, *divided), key=products)
    return list(zip(starts, (*starts[1:], longest), strict=True))


def _rows(array: Single) -> Single:
    """The rows of all batches (batches, n, ...) one below the other."""
    return array.reshape(-1, array.shape[-1])


def _zeros(*shape: int) -> Single:
    return np.zeros(shape, np.float32)
