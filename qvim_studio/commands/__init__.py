"""The command line: one function for each command, which takes arguments and returns plain
values."""
