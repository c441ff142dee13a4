"""Which checkpoints there are: the registry, downloads, imports and verification."""
