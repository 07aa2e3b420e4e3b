"""The machine, its software and this code, as far as results depend on them or a record names them.

Comes in: nothing but where the program runs. Goes out: descriptions and fingerprints. Uses no other room.
"""
