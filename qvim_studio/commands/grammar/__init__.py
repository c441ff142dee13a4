"""What can be typed: one module for the options of each command."""
