"""report/benchmark.json: a list of flat records, one for each batch size and system."""

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from bench.measure import Measured

PACKAGES = ("numpy", "torch", "jax", "scikit-learn")


def records(results: list[Measured], machine: dict[str, Any]) -> list[dict[str, Any]]:
    """The records, by batch size and then as the systems are listed.

    seconds_per_epoch is a median, the floors are those of bench.floor.
    """
    found = versions()
    return [
        {
            "batch_size": measured.batch_size,
            "system": name,
            "seconds_per_epoch": seconds,
            "floor_seconds": measured.floor_seconds,
            "sparse_floor_seconds": measured.sparse_floor_seconds,
            "machine": machine,
            "versions": found,
        }
        for measured in sorted(results, key=lambda measured: measured.batch_size)
        for name, seconds in measured.seconds.items()
    ]


def versions() -> dict[str, str]:
    """The versions of Python, NumPy and its BLAS, and of the peers that are installed."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
        if package == "numpy":
            found["blas"] = _blas()
    return found


def _blas() -> str:
    """Name and version of the BLAS that NumPy was built with."""
    configuration: dict[str, Any] = np.show_config(mode="dicts")  # type: ignore[assignment]  # NumPy annotates None
    blas = configuration["Build Dependencies"]["blas"]
    return f"{blas['name']} {blas['version']}"
