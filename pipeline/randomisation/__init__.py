"""The randomization tests of section 2.3: training on labels and images that have nothing to do with each other.

Comes in: prepared images and what to randomize. Goes out: results/randomisation, two files for each test. Uses
`training` and below.
"""
