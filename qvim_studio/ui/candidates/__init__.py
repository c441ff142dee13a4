"""The results of a request: made, fitted and found sounds."""
