"""Requests on their way from the panel into the queue, and requests that wait."""
