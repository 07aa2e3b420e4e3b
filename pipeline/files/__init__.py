"""Files and how they are kept whole: written at once or not at all, sealed by a checksum, locked, exchanged.

Comes in: bytes, text and paths. Goes out: what lies on disk, or the line that says why it cannot be used. Uses no other
room.
"""
