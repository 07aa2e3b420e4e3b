"""Section 1, checked: gradients against two other ways to find them, neurons against their truth tables, XOR refuted.

Comes in: the equations and the neurons of config.yaml. Goes out: results/theory.json. Uses `training` and below.
"""
