"""Hostile input for everything that reads a file: `make fuzz` searches for it, the tests replay what was found."""
