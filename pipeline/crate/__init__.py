"""report/ as a whole: what lies in it, the records on how it was made, and its exchange for a new one.

Comes in: the finished report and the results behind it. Goes out: report/, all of one build. Uses `figures` and below.
"""
