"""Content addresses: the key of a run is a hash of everything that changes its numbers.

That is its parameters, the split, the data, the engine with its code and that of training, and NumPy's version.
Comments, docstrings, the names and places of modules, and every other module change no key
(pipeline.environment.fingerprint).
"""

import hashlib
import json
from functools import cache
from importlib.metadata import version

from pipeline.config.settings import Config, Configuration
from pipeline.environment import fingerprint
from pipeline.training.specification import Specification

KEY_LENGTH = 16


def specification(config: Config, configuration: Configuration, seed: int, data_fingerprint: str) -> Specification:
    """The specification of one run of a configuration, its entries in a fixed order.

    Nothing says on which machine it was trained, though the last bits by NumPy depend on the processor.
    """
    return {
        "learning_rate": float(configuration.learning_rate),
        "reg": float(configuration.reg),
        "batch_size": configuration.batch_size,
        "hidden": configuration.hidden,
        "epochs": configuration.epochs,
        "seed": seed,
        "initial_scale": float(config.network.initial_scale),
        "initial_seed": config.network.initial_seed,
        "validation_fraction": float(config.split.validation_fraction),
        "split_seed": config.split.seed,
        "engine": config.engine,
        "data": data_fingerprint,
        "code": fingerprint.of_runs(config.engine, hidden=configuration.hidden > 0),
        "numpy": numpy_version(),
    }


def canonical(specification: Specification) -> str:
    """The one JSON text of a specification: sorted keys, no spaces, shortest exact decimals."""
    return json.dumps(specification, sort_keys=True, separators=(",", ":"), allow_nan=False)


def key(specification: Specification) -> str:
    """The name of a run's folder: the first 16 hexadecimal digits of the specification's sha256."""
    return hashlib.sha256(canonical(specification).encode()).hexdigest()[:KEY_LENGTH]


@cache
def numpy_version() -> str:
    """The version of the installed NumPy, without importing it."""
    return version("numpy")
