"""Which printed numbers and claims hold: each held against the runs, by one rule for all.

Comes in: the runs, and what `writeup` says. Goes out: results/evidence and results/recovery. Uses `analysis` and below.
"""
