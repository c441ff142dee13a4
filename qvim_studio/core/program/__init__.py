"""Settings, paths, logs, privacy, and the files that ship with the program."""
