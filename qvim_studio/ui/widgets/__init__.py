"""Widgets, colors and icons that several rooms share."""
