"""Section 1, checked: gradients against two other ways to find them, neurons against their truth tables, XOR refuted.

What the write-up states there is judged in the same ways, equation by equation. Comes in: the equations and the neurons
of config.yaml. Goes out: results/theory/theory.json and results/theory/mathematics.csv. Uses `experiments` and below.
"""
