"""The project on bare Debian systems that are made on the spot, as a newcomer would use it."""
