"""Where the project lies, and the configuration that every test starts from.

The configuration beside the Snakefile is its user's, and may say anything.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONFIG_YAML = ROOT / "tests/config.yaml"
