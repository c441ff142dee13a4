"""The command line: one function for each command, arguments in, a plain answer out."""
