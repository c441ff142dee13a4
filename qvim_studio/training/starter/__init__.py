"""The starter checkpoint, put together and described."""
