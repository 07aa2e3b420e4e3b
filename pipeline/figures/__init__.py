"""The figures, drawn from tables as SVG whose text stays text.

Comes in: CSV files of results/. Goes out: results/figures. Uses `evidence` and below.
"""
