"""QVIM Studio: imitate a sound with your voice, get sounds you can use."""

__version__ = "0.1.0"
