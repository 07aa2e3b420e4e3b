"""make check: other people's printed numbers, held against runs.

Comes in: their files. Goes out: the runs that a build has to train for them, and a line for each number. Uses
`evidence` and below.
"""
