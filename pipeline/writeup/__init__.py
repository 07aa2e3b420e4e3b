"""What the write-up prints and says: its numbers as data, and its arithmetic computed again from its own tables.

Comes in: published.yaml, the write-up's or somebody else's. Goes out: printed numbers, checked, and a row for each
statement. Uses `experiments` and below.
"""
