"""Everything that touches Snakemake: which files a build has, how jobs are put together, and what is said at its end.

Comes in: the configuration, and what Snakemake tells. Goes out: what the rules ask for. Uses all rooms below, and not
`verification`.
"""
