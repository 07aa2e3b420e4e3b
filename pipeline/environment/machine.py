"""What this machine is, as far as it bears on how long a build takes: nothing that names it."""

import itertools
import os
import platform
from pathlib import Path
from typing import Any

CPUINFO = Path("/proc/cpuinfo")


def describe() -> dict[str, Any]:
    """The CPU's model, the cores that this process may use, memory in bytes, system, kernel and Python, by name."""
    return {
        "cpu": cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": _system(),
        "kernel": platform.release(),
        "python": platform.python_version(),
    }


def cpu_model(path: Path = CPUINFO) -> str:
    """The model that /proc/cpuinfo names first, or the architecture where it names none, as on ARM."""
    return next((text for name, text in _first_cpu(path) if name == "model name" and text), platform.machine())


def cpu_features(path: Path = CPUINFO) -> frozenset[str]:
    """The features of the first CPU that Linux lists; none where it lists none."""
    return frozenset(next((text for name, text in _first_cpu(path) if name in {"flags", "Features"}), "").split())


def _first_cpu(path: Path) -> list[tuple[str, str]]:
    """What /proc/cpuinfo says of its first CPU: names and texts."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            lines = list(itertools.takewhile(str.strip, file))
    except OSError:
        lines = []
    return [(name.strip(), text.strip()) for name, _, text in (line.partition(":") for line in lines)]


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()
