"""Finds and reads weights in files, without running code from them."""
