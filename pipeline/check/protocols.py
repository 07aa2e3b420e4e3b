"""Protocols: the named ones, one of which a file has that does not say its own, and how one is told in words."""

from pipeline.config.schema import alternatives, did_you_mean, quoted
from pipeline.config.settings import Config, Network, Protocol, Split
from pipeline.errors import InputError

# What the handout and the code that the course gives out say: the last fifth of the images, in file order, is held out.
COURSE = Protocol(Split(validation_fraction=0.2, seed=None), Network(initial_scale=0.001, initial_seed=1024))
DEFAULT = "course"
NAMES = (DEFAULT, "config")


def of(name: str, config: Config) -> Protocol:
    """The protocol of this name: the course's, or that of config.yaml. Raises InputError for another name."""
    if name not in NAMES:
        raise InputError(
            f"PROTOCOL: expected {alternatives(NAMES)}, found {quoted([name])}.{did_you_mean([name], NAMES)}"
        )
    return COURSE if name == DEFAULT else config.protocol


def described(protocol: Protocol) -> str:
    """A protocol in words."""
    network = protocol.network
    weights = f"initial weights of scale {network.initial_scale:g} by seed {network.initial_seed}"
    return f"{held_out(protocol.split)} held out, {weights}"


def held_out(split: Split) -> str:
    """The images that are held out for validation, in words: 'the last 20% in file order'."""
    share = f"{100 * split.validation_fraction:.4g}%"
    return f"the last {share} in file order" if split.seed is None else f"{share} drawn by seed {split.seed}"
