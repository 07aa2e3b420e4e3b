"""What decides the bytes of a build beside its inputs: machines of one class make the same ones.

Sums of floating-point numbers depend on their order, which differs between the kernels of the linear algebra library
and between the vector instructions that NumPy uses; both choose by the CPU. The last bits of exp and log are the C
library's. A PDF also depends on what sets and compresses it, and the report names the version of Python. How many cores
there are does not matter: every step computes on one thread.
"""

import ctypes
import platform
import zlib
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info

from pipeline.environment import kernels


def describe() -> dict[str, Any]:
    """The class of this machine. What is not there, such as the Pango of a system without it, is None."""
    blas = _blas()
    return {
        "architecture": kernels.architecture(),
        "blas": blas.get("version"),
        "kernel": blas.get("architecture"),
        "instructions": _instructions(),
        "numpy": np.__version__,
        "python": platform.python_version(),
        "libc": " ".join(platform.libc_ver()),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        "pango": _version("libpango-1.0.so.0", "pango_version_string"),
        "harfbuzz": _version("libharfbuzz.so.0", "hb_version_string"),
        "harfbuzz_subset": _version("libharfbuzz-subset.so.0", "hb_version_string"),  # else fontTools cuts the fonts
    }


def _blas() -> dict[str, Any]:
    """The linear algebra library that NumPy has loaded, not the one that SciPy may have; empty if it is unknown."""
    found = [library for library in threadpool_info() if library["user_api"] == "blas"]
    return min(found, key=lambda library: "numpy" not in library["filepath"], default={})


def _instructions() -> list[str]:
    """The sets of vector instructions that NumPy uses here."""
    shown: Any = np.show_config(mode="dicts")
    found = shown["SIMD Extensions"]
    return [*found.get("baseline", []), *found.get("found", [])]


def _version(library: str, function: str) -> str | None:
    """What a function of a system library says its version is."""
    try:
        asked = getattr(ctypes.CDLL(library), function)
    except (OSError, AttributeError):
        return None
    asked.restype = ctypes.c_char_p
    told: bytes = asked()
    return told.decode()
