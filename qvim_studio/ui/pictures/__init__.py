"""The pictures of the README, made from the real window."""
