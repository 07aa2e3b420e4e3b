"""The compiled engine: kernel.c trains the network, or softmax regression, with the same bits on every processor.

The C code trusts its caller, so everything is checked here: no input reaches memory that is not its own. Weights lie
in rows that are padded to whole blocks, images as the pixels that are not black.
"""

import ctypes
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.data.examples import Examples, Indices, Noise, Single
from pipeline.errors import InputError
from pipeline.training.network import Weights

BLOCK = 16  # numbers that rows are padded to
IMAGES = 64  # images that are transposed at once, and in a forward pass of an evaluation
ALIGNMENT = 64  # bytes
MOST_PIXELS = 2**16  # of an image
MOST_CLASSES = 256
MOST_NUMBERS = 2**32 - 1  # that are not zero, in a set of images
TOO_MANY = "images: expected at most {} pixels that are not black, found {}."
SHADE = np.arange(256, dtype=np.float32) / np.float32(255)

_Pointer, _Integer, _Float = ctypes.c_void_p, ctypes.c_int64, ctypes.c_float


class _Struct(ctypes.Structure):
    """A struct of the kernel: pointers to arrays, which it keeps alive, and integers."""

    def __init__(self, **members: Any) -> None:
        super().__init__(**{name: _address(value) for name, value in members.items()})
        self.members = members


class _Images(_Struct):
    _fields_ = [(name, _Pointer) for name in ("start", "pixel", "value", "label")]


class _Network(_Struct):
    units: int  # of the first layer, as many as the width but for what pads

    _fields_ = [
        *((name, _Integer) for name in ("pixels", "hidden", "classes", "width", "padded")),
        *((name, _Pointer) for name in ("w1", "w2", "b1", "b2")),
    ]


class _Batch(_Struct):
    _fields_ = [
        *((name + "_" + part, _Pointer) for name in ("x", "xt", "g", "gt") for part in ("start", "column", "weight")),
        *((name, _Pointer) for name in ("a", "d", "logits", "p")),
    ]


# network, images, order, how many, how many at a time, rate, decay, batch; loss and right answers, which are added to
_RUN: list[Any] = [*[_Pointer] * 3, *[_Integer] * 2, *[_Float] * 2, *[_Pointer] * 3]
# how many images of how many pixels; bytes, SHADE; start, pixel and value, which are written
_COMPRESS: list[Any] = [*[_Integer] * 2, *[_Pointer] * 5]


def load(path: Path) -> ctypes.CDLL:
    """The compiled kernel in a file. Raises OSError if it is none."""
    library = ctypes.CDLL(str(path))
    library.run.argtypes, library.compress.argtypes = _RUN, _COMPRESS
    library.run.restype = library.compress.restype = None
    return library


class Trainer:
    """Minibatch gradient descent, float32. Weights without a second layer, w2 (classes, 0), are softmax regression.

    Images are bytes, or numbers in single precision as they are multiplied. Raises InputError for what does not fit.
    """

    def __init__(
        self,
        weights: Weights,
        training: Examples | Noise,
        learning_rate: float,
        reg: float,
        batch_size: int,
        *,
        library: ctypes.CDLL,
    ) -> None:
        _require(batch_size >= 1, "batch_size: expected at least 1, found {}.", batch_size)
        for name, number in (("learning_rate", learning_rate), ("reg", reg)):
            _require(math.isfinite(number), "{}: expected a finite number, found {}.", name, number)
        self._library, self._network = library, _padded(weights)
        self._loaded: dict[int, tuple[Examples | Noise, _Images]] = {}
        self._training, self._batch_size = training, min(batch_size, len(training))
        self._rate, self._decay = learning_rate, 1 - learning_rate * reg
        self._images(training)
        self._batch = _batch(self._network, self._batch_size)

    @property
    def weights(self) -> Weights:
        """The weights after the last epoch; the arrays change with the next one."""
        return _unpadded(self._network)

    def epoch(self, order: Indices) -> tuple[float, float]:
        """Train on the images in the given order (n,); returns the running mean loss and accuracy."""
        return self._run(self._network, self._training, order, self._batch, (self._batch_size, self._rate, self._decay))

    def evaluate(self, weights: Weights, examples: Examples | Noise) -> tuple[float, float]:
        """Mean cross-entropy (nats) and accuracy of these weights on a set of examples."""
        network = self._alike(weights)
        return self._run(network, examples, np.arange(len(examples)), _batch(network, IMAGES), (IMAGES, 0, 1))

    def logits(self, weights: Weights, examples: Examples | Noise) -> Single:
        """The logits (n, classes) that `evaluate` takes its numbers from."""
        network = self._alike(weights)
        batch = _batch(network, len(examples))
        self._run(network, examples, np.arange(len(examples)), batch, (len(examples), 0, 1))
        found: Single = batch.members["logits"][:, : network.members["classes"]]
        return found

    def _run(
        self,
        network: _Network,
        examples: Examples | Noise,
        order: Indices,
        batch: _Batch,
        how: tuple[int, float, float],
    ) -> tuple[float, float]:
        """Go through examples in batches of a size, with a learning rate, or 0, and a decay: mean loss and accuracy."""
        images, count = self._images(examples), len(order)
        places = order.dtype.kind in "iu" and order.ndim == 1 and 0 < count <= len(examples)
        inside = places and order.min() >= 0 and order.max() < len(examples)
        _require(inside, "order: expected places of {} images, found others.", len(examples))
        order = np.ascontiguousarray(order, np.int64)
        loss, correct = ctypes.c_double(0), _Integer(0)
        addresses = map(ctypes.byref, (batch, loss, correct))
        self._library.run(ctypes.byref(network), ctypes.byref(images), order.ctypes.data, count, *how, *addresses)
        return loss.value / count, correct.value / count

    def _images(self, examples: Examples | Noise) -> _Images:
        """Examples as the kernel reads them; made once, and the examples kept, so that no others get their id."""
        if id(examples) not in self._loaded:
            self._loaded[id(examples)] = examples, _images(self._library, examples, *_sizes(self._network))
        return self._loaded[id(examples)][1]

    def _alike(self, weights: Weights) -> _Network:
        """These weights, of as many pixels and classes as are trained; hidden units may be others."""
        network = _padded(weights)
        found, expected = _sizes(network), _sizes(self._network)
        _require(found == expected, "weights: expected {} pixels and classes, found {}.", expected, found)
        return network


@dataclass(frozen=True)
class _Sparse:
    """Images whose i-th has the values value[start[i] : start[i + 1]] at those pixels, and is black elsewhere."""

    start: npt.NDArray[np.uint32]
    pixel: npt.NDArray[np.uint16]
    value: Single


def _images(library: ctypes.CDLL, examples: Examples | Noise, pixels: int, classes: int) -> _Images:
    images, labels = np.ascontiguousarray(examples.images), np.array(examples.labels)
    bytes_ = labels.dtype == np.uint8 and labels.ndim == 1 and len(labels) > 0
    _require(bytes_, "labels: expected bytes (n,), found {} {}.", labels.dtype, labels.shape)
    _require(labels.max() < classes, "labels: expected 0 to {}, found {}.", classes - 1, labels.max())
    shape = (len(labels), pixels)
    _require(images.shape == shape, "images: expected the shape {}, found {}.", shape, images.shape)
    loaded = _compressed(library, images) if images.dtype == np.uint8 else _dense(images)
    return _Images(**vars(loaded), label=labels)


def _compressed(library: ctypes.CDLL, images: npt.NDArray[Any]) -> _Sparse:
    count, pixels = images.shape
    found = int(np.count_nonzero(images))
    _require(found <= MOST_NUMBERS, TOO_MANY, MOST_NUMBERS, found)
    # the kernel writes each pixel where the next one goes, and leaves it there if it is not black
    sparse = _Sparse(np.empty(count + 1, np.uint32), np.empty(found + 1, np.uint16), np.empty(found + 1, np.float32))
    arrays = (images, SHADE, sparse.start, sparse.pixel, sparse.value)
    library.compress(count, pixels, *(array.ctypes.data for array in arrays))
    return sparse


def _dense(images: npt.NDArray[Any]) -> _Sparse:
    count, pixels = images.shape
    _require(images.dtype == np.float32, "images: expected bytes or float32, found {}.", images.dtype)
    _require(images.size <= MOST_NUMBERS, TOO_MANY, MOST_NUMBERS, images.size)
    start = np.arange(0, images.size + 1, pixels, dtype=np.uint32)
    return _Sparse(start, np.tile(np.arange(pixels, dtype=np.uint16), count), images.flatten())


def _padded(weights: Weights) -> _Network:
    """A copy of weights as the kernel has them: W2 transposed, the rows padded, the units that pad with the bias -∞."""
    matrices = weights.w1.ndim == weights.w2.ndim == 2
    _require(matrices, "weights: expected matrices w1 and w2, found {} and {}.", weights.w1.shape, weights.w2.shape)
    pixels, units = weights.w1.shape
    hidden = weights.w2.shape[1] > 0
    classes = weights.w2.shape[1] if hidden else units
    second = (units, classes) if hidden else (classes, 0)
    _require(1 <= pixels <= MOST_PIXELS, "w1: expected 1 to {} rows, found {}.", MOST_PIXELS, pixels)
    _require(units >= 1, "w1: expected a column at least, found none.")
    _require(classes <= MOST_CLASSES, "weights: expected at most {} classes, found {}.", MOST_CLASSES, classes)
    for name, shape in (("b1", (units,)), ("w2", second), ("b2", second[1:])):
        found = getattr(weights, name).shape
        _require(found == shape, "{}: expected the shape {}, found {}.", name, shape, found)
    width, padded = _blocks(units), _blocks(classes)
    w1, w2, b1, b2 = _zeros(pixels, width), _zeros(classes, width), _zeros(width), _zeros(classes)
    b1[units:] = -np.inf
    with np.errstate(over="ignore"):  # what is too large for single precision makes a run that diverges
        w1[:, :units], b1[:units] = weights.w1, weights.b1
        if hidden:
            w2[:, :units], b2[:] = weights.w2.T, weights.b2
    sizes = {"pixels": pixels, "hidden": width if hidden else 0, "classes": classes, "width": width, "padded": padded}
    network = _Network(**sizes, w1=w1, w2=w2, b1=b1, b2=b2)
    network.units = units
    return network


def _unpadded(network: _Network) -> Weights:
    members = network.members
    units, classes = network.units, members["classes"] if members["hidden"] else 0
    w1, w2, b1, b2 = (members[name] for name in ("w1", "w2", "b1", "b2"))
    return Weights(w1[:, :units], b1[:units], w2[:, :units].T[:, :classes], b2[:classes])


def _batch(network: _Network, rows: int) -> _Batch:
    """Room for so many images at a time."""
    pixels, hidden, classes, width, padded = (
        network.members[name] for name in ("pixels", "hidden", "classes", "width", "padded")
    )
    sizes = {
        "x": (rows, rows * pixels),
        "xt": (pixels, min(rows, IMAGES) * pixels),
        "g": (rows, rows * classes),
        "gt": (classes, rows * classes),
    }
    sparse: dict[str, npt.NDArray[Any]] = {}
    for name, (count, numbers) in sizes.items():
        sparse[name + "_start"] = np.zeros(count + 1, np.uint32)
        sparse[name + "_column"] = np.zeros(numbers, np.uint32)
        sparse[name + "_weight"] = np.zeros(numbers, np.float32)
    a, d = _zeros(rows, width), _zeros(rows, width)
    logits, p = (_zeros(rows, padded), _zeros(rows, padded)) if hidden else (a, d)
    return _Batch(**sparse, a=a, d=d, logits=logits, p=p)


def _sizes(network: _Network) -> tuple[int, int]:
    """The numbers of pixels and of classes."""
    return network.members["pixels"], network.members["classes"]


def _blocks(count: int) -> int:
    return -(-count // BLOCK) * BLOCK


def _zeros(*shape: int) -> Single:
    """Zeros that begin at a multiple of ALIGNMENT bytes."""
    size = math.prod(shape) * 4
    room = np.zeros(size + ALIGNMENT, np.uint8)
    start = -room.ctypes.data % ALIGNMENT
    return room[start : start + size].view(np.float32).reshape(shape)


def _address(value: npt.NDArray[Any] | int) -> int:
    return value if isinstance(value, int) else value.ctypes.data


def _require(held: bool, text: str, *values: object) -> None:
    """Raise InputError unless something holds. No f-string: each Python would have its own key of this code."""
    if not held:
        raise InputError(text.format(*values))
