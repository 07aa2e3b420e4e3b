"""How far the last bits of a number may depend on the CPU: `numerics` of config.yaml.

NumPy and its OpenBLAS have several kernels for one operation and take what suits the CPU. Kernels differ in the order
of sums, in whether a product is rounded before it is added, and in polynomials. Matrix products have other bits for
every generation of OpenBLAS's kernels, and exp and log in single precision have others without AVX2. Alignment changes
none.

    fast      the libraries choose for this CPU
    portable  kernels for x86-64-v3 (AVX2 and FMA: Intel since Haswell, AMD since Zen), whatever else the CPU can do,
              and one thread; the same bits on every such CPU

The C library chooses for itself whether log and power in double precision, which initial weights and decay need, use
FMA. It does on every such CPU, and has nothing newer for them.

Libraries read the environment when they are loaded, so it is set before: by the Snakefile, for its jobs.
"""

import os
from collections.abc import Mapping
from typing import Literal

from pipeline.errors import RunError

Numerics = Literal["fast", "portable"]

# The last bits of a product depend on how many threads share it.
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")

# NumPy takes a list of the kernels to use beside the oldest, or of those to avoid, but not both.
_KERNELS = {"OPENBLAS_CORETYPE": "Haswell", "NPY_ENABLE_CPU_FEATURES": "X86_V3", "NPY_DISABLE_CPU_FEATURES": ""}


def environment(numerics: Numerics) -> dict[str, str]:
    """The environment variables that libraries have to be loaded with."""
    return ONE_THREAD | _KERNELS if numerics == "portable" else {}


def confirm(expected: Mapping[str, str]) -> None:
    """Raise RunError unless the libraries of this process were loaded with these environment variables."""
    if missing := [f"{name}={value}" for name, value in expected.items() if os.environ.get(name) != value]:
        raise RunError(
            f"numerics: expected the environment variables {' '.join(missing)}, found others. "
            "Hint: let a build start the step, or set them."
        )
