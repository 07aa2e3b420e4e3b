"""Builds kernel.c for this processor, once, and proves it: before it is used, a small training has to give KNOWN.

The compiler is the command in the environment variable CC, else clang or gcc, else zig from the lock that ships with
the project, which is installed into the user's cache. What is built lies there, too, with its checksum, under the hash
of the source, the compiler, its options and the processor.

    python -m pipeline.training.compiler
"""

import ctypes
import fcntl
import hashlib
import logging
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from pipeline.cli.command_line import command
from pipeline.data.examples import Examples
from pipeline.environment import machine
from pipeline.errors import InputError, RunError, shown
from pipeline.files import cache, sealed
from pipeline.training.compiled import Trainer, load
from pipeline.training.network import Weights

logger = logging.getLogger("pipeline")

SOURCE = Path(__file__).with_name("kernel.c")
LOCK = Path(__file__).parents[2] / "locks/requirements-compiler.lock"
# Nothing of the C library is needed, so that a compiler without it will do, if gcc leaves out the header that asks for
# it; macOS links no library without it.
OPTIONS = (
    *("-std=c11", "-O3", "-ffp-contract=off", "-fPIC", "-shared"),
    *(("-ffreestanding", "-nostdlib", "-D_MM_MALLOC_H_INCLUDED") if sys.platform == "linux" else ()),
)
COMPILERS = ("clang", "gcc")
NATIVE = "-mcpu=native" if platform.machine() in {"aarch64", "arm64"} else "-march=native"
KNOWN = "17260109cb528ca11d9da5471af1aca3d3f560de91028052c92513d8beacd647"
HINT = "Hint: gcc or clang, or another compiler in CC, or engine: numpy"


def library(*options: str) -> ctypes.CDLL:
    """The kernel, built for this processor. Raises RunError if that fails, or if its answer is not KNOWN.

    Options may name another processor.
    """
    compiler = [*_compiler(), *options]
    path = cache.folder() / f"kernel-{_hash(compiler)}" / "kernel.so"
    try:
        sealed.verify(path)
    except InputError:  # it is not there, or was cut or changed since it was built
        _compile(compiler, path)
    try:
        loaded = load(path)
    except (OSError, AttributeError) as error:  # no library, or one of something else
        raise RunError(f"{_not_compiled(compiler)}, found: {error}. {HINT}") from error
    if (found := answer(loaded)) != KNOWN:
        raise RunError(
            f"engine: expected the known answer {KNOWN[:16]} of a small training from kernel.c compiled by "
            f"`{shlex.join(compiler)}`, found {found[:16]}. Hint: another compiler in CC, or engine: numpy"
        )
    return loaded


def answer(kernel: ctypes.CDLL) -> str:
    """The sha256 of the weights, losses and counts of two small trainings, with hidden units and without.

    Nothing is drawn and nothing rounded before the kernel, so that it is the same for every NumPy.
    """
    image, pixel = np.ogrid[:100, :50]
    images = np.where((image + pixel) % 3 == 0, (37 * image + 101 * pixel) % 256, 0).astype(np.uint8)
    images[:, -1] = 0
    examples = Examples(images, (np.arange(100) % 7).astype(np.uint8))
    order = np.arange(100) * 37 % 100
    digest = hashlib.sha256()
    for units, classes in ((150, 7), (7, 0)):
        w1 = (np.arange(50 * units).reshape(50, units) * 29 % 64 - 32) / 256
        w1[-1] *= 2.0**-130  # numbers so small that they lose digits, which decay and nothing else
        w2 = (np.arange(units * classes).reshape(units, classes) * 31 % 64 - 32) / 256
        weights = Weights(w1, np.zeros(units), w2, np.zeros(classes))
        trainer = Trainer(weights, examples, learning_rate=0.5, reg=0.25, batch_size=70, library=kernel)
        for found in (trainer.epoch(order), trainer.epoch(order), trainer.evaluate(trainer.weights, examples)):
            digest.update(np.array(found).tobytes())
        for array in vars(trainer.weights).values():
            digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _compiler() -> list[str]:
    """The command that compiles for this processor."""
    if given := _given():
        return given if any(option.startswith(("-march=", "-mcpu=")) for option in given) else [*given, NATIVE]
    if found := next(filter(shutil.which, COMPILERS), None):
        return [found, NATIVE]
    return [str(_zig()), "cc", "-fno-sanitize=all"]  # for this processor unless it is told another


def _given() -> list[str]:
    """The command in CC, or none. Raises RunError for one that is not here."""
    text = os.environ.get("CC", "")
    try:
        given = shlex.split(text)
    except ValueError:  # a quotation without an end
        given = [text]
    if given and not shutil.which(given[0]):
        raise RunError(f"CC: expected a C compiler, found {shown(given[0])}. {HINT}")
    return given


def _hash(compiler: Sequence[str]) -> str:
    """Of all that decides what is built; a compiler is known by its file, which is faster than asking its version."""
    program = Path(shutil.which(compiler[0]) or compiler[0]).resolve()
    status = program.stat()
    known = (*compiler, *OPTIONS, program, status.st_size, status.st_mtime_ns, *_processor())
    return hashlib.sha256("\n".join([*map(str, known), SOURCE.read_text(encoding="utf-8")]).encode()).hexdigest()[:16]


def _processor() -> list[str]:
    return [platform.machine(), machine.cpu_model(), *sorted(machine.cpu_features())]


def _compile(compiler: Sequence[str], path: Path) -> None:
    """Compile the kernel into a file. Raises RunError with the first error that the compiler tells."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / path.name
        arguments = [*compiler, *OPTIONS, "-o", str(made), str(SOURCE)]
        done = _run(arguments)
        if done.returncode or not made.is_file():
            told = [line for line in done.stderr.splitlines() if "error" in line]
            told += [f"exit status {done.returncode} and no library"]
            raise RunError(f"{_not_compiled(compiler)}, found: {told[0]}. {HINT}")
        sealed.write_bytes(path, made.read_bytes())


def _not_compiled(compiler: Sequence[str]) -> str:
    return f"{SOURCE.name}: expected `{shlex.join(compiler)}` to compile it"


def _zig() -> Path:
    """The zig of the lock, installed into the user's cache unless it is there. Raises RunError if that fails."""
    lock = LOCK.read_bytes()
    folder = cache.folder() / f"zig-{hashlib.sha256(lock).hexdigest()[:16]}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with Path(f"{folder}.lock").open("wb") as claim:
        fcntl.flock(claim, fcntl.LOCK_EX)  # of several processes one installs it
        if not folder.exists():
            logger.info(f"engine: no clang or gcc here: installing zig, a compiler of 411 MB, into {folder.parent}.")
            _install(folder)
    return folder / "ziglang/zig"


def _install(folder: Path) -> None:
    part = Path(f"{folder}.part")
    shutil.rmtree(part, ignore_errors=True)  # of an installation that was killed
    options = ("--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps", "--target", str(part))
    pip = [sys.executable, "-m", "pip", "install", *options, "--requirement", str(LOCK)]
    done = _run(pip, os.environ | {"PIP_USER": "0"})  # PIP_USER goes with no --target
    if done.returncode:
        told = done.stderr.strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
        raise RunError(f"{LOCK}: expected pip to install it, found: {told[0]}. {HINT}")
    part.rename(folder)


def _run(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """A command's outcome and what it said."""
    return subprocess.run(  # noqa: S603 - no shell
        arguments, env=environment, capture_output=True, encoding="utf-8", errors="replace", check=False
    )


def build() -> None:
    """Build the compiled engine for this processor, unless it is there, and prove it. Raises RunError."""
    library()


main = command(build)

if __name__ == "__main__":
    main()
