"""Which kernels NumPy and its OpenBLAS use, on which the last bits of their results depend.

They have several for one operation and take what suits the processor. Kernels differ in the order of sums, in whether a
product is rounded before it is added, and in polynomials. All steps but training use those for x86-64-v3 (AVX2 and FMA:
Intel since Haswell, AMD since Zen), whatever else the processor can do, so that their bytes are the same on each of
these; other processors have kernels of their own. Training takes the fastest, which changes nothing for the compiled
engine.

Libraries read the environment when they are loaded, so it is set before.
"""

import os
import platform
from pathlib import Path

from pipeline.environment import machine

# The last bits of a product depend on how many threads share it.
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
# NumPy takes a list of the kernels to use beside the oldest, or of those to avoid, but not both.
_X86_64_V3 = {"OPENBLAS_CORETYPE": "Haswell", "NPY_ENABLE_CPU_FEATURES": "X86_V3", "NPY_DISABLE_CPU_FEATURES": ""}
# As Linux calls what x86-64-v3 has and older processors lack.
_FEATURES = frozenset(("avx", "avx2", "fma", "f16c", "bmi1", "bmi2", "abm", "movbe"))


def architecture(cpuinfo: Path = machine.CPUINFO) -> str:
    """x86-64-v3, or the architecture as the system calls it where the processor has not all of that."""
    return "x86-64-v3" if machine.cpu_features(cpuinfo) >= _FEATURES else platform.machine()


def same_everywhere(cpuinfo: Path = machine.CPUINFO) -> dict[str, str]:
    """The environment variables of all steps but training."""
    return _ONE_THREAD | (_X86_64_V3 if architecture(cpuinfo) == "x86-64-v3" else {})


def take_fastest() -> None:
    """Set the environment of this process for training, before it loads NumPy."""
    for name in _X86_64_V3:
        os.environ.pop(name, None)
    os.environ.update(_ONE_THREAD)
