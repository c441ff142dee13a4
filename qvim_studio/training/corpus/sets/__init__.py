"""Data sets by their files: layouts, labels, licences and doubts."""
