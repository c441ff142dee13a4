"""Devices, files and signal processing, without models and widgets."""
