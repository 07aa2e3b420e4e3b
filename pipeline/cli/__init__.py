"""The command line of every step: its arguments, its log, its exit status, and columns for the terminal.

Comes in: what a program was called with. Goes out: checked arguments, lines for people. Uses the room below, files.
"""
