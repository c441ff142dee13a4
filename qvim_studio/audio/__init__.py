"""Devices, files and signal processing; nothing here knows of models or windows."""
