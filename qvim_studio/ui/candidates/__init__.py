"""What came of a request: made, fitted and found sounds."""
