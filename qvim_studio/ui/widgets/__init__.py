"""Widgets, colors and icons that several rooms use."""
