"""The configuration that every test starts from. The one beside the Snakefile is its user's, and may say anything."""

from pathlib import Path

CONFIG_YAML = Path(__file__).parent / "config.yaml"
