"""Whether a build comes out again: a rebuild, what differs between two builds, and by how much it may.

Comes in: two folders of results. Goes out: the differences, and a verdict. Uses all other rooms.
"""
