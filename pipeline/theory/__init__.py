"""Section 1, checked: gradients against two other ways to find them, neurons against their truth tables, XOR refuted.

What the write-up states there is judged in the same ways, equation by equation. Comes in: the equations and the neurons
of config.yaml. Goes out: results/theory.json and results/evidence/mathematics.csv. Uses `experiments` and below.
"""
