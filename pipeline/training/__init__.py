"""The network and its training: the mathematics, the fast loop, one run, and how long an epoch takes.

Comes in: prepared images and the specification of a run. Goes out: its numbers, a folder for each run. Uses `data` and
below.
"""
