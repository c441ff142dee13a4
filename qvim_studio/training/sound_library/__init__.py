"""The choice of the bundled sounds, with their credits."""
