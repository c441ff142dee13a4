"""What the program is to its computer: settings, paths, logs, privacy and what ships."""
