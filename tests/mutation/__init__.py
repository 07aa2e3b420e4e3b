"""Faults in the code, one at a time, and whether the tests notice them."""
