"""The queue of jobs, and the engine in its own process."""
