"""What this machine is, as far as it bears on how long a build takes: nothing that names it."""

import os
import platform
from pathlib import Path
from typing import Any

CPUINFO = Path("/proc/cpuinfo")


def describe() -> dict[str, Any]:
    """The CPU's model, the cores that this process may use, memory in bytes, system, kernel and Python, by name."""
    return {
        "cpu": cpu_model(CPUINFO),
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": _system(),
        "kernel": platform.release(),
        "python": platform.python_version(),
    }


def cpu_model(path: Path) -> str:
    """The model that /proc/cpuinfo names first, or the architecture where it names none, as on ARM."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next((name for name in names if name), platform.machine())


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()
