"""Work outside the window: recording sessions, the job queue, the engine's process."""
