"""Audio files of other programs and takes on disk, read and written."""
