"""Which runs the experiments need, under which key each lies, and what came out of them as tables.

Comes in: the configuration and the folders of runs. Goes out: keys, the selection of best_of, runs.csv, histories.csv
and norms.csv. Uses `training` and below.
"""
