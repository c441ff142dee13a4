"""The studio window and everything that is drawn."""
