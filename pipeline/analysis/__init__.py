"""Statistics over the seeds: intervals, comparisons, the tables of section 3, and what they show.

Comes in: runs.csv, histories.csv and norms.csv. Goes out: results/tables and the facts behind the prose. Uses
`experiments` and below.
"""
