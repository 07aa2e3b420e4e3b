"""MNIST and other sets of labelled images: found or downloaded, checked to the last byte, divided, made ready.

Comes in: the settings of `data` and `split`, and files in the formats courses use. Goes out: results/data and
results/prepared, arrays that processes share. Uses `config` and below.
"""
