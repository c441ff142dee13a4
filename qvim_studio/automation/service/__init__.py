"""A local HTTP service, on this machine's loopback alone."""
