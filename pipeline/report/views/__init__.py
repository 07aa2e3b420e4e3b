"""What the page says of each part of the results: its tables, figures, words and sources, for the templates to set.

Comes in: what the steps have written. Goes out: values that a template prints as they are.
"""
