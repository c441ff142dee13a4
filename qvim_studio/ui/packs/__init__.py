"""The dialog of sample packs."""
