"""Measures a checkpoint: retrieval, adapter, generated clips and reconstruction, with a report."""
