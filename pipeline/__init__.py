"""From the MNIST files to the report. A package for each part of it; each says what comes in and what goes out.

Imports point one way: `tool.importlinter` in pyproject.toml has the order.
"""
