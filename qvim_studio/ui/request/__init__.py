"""The request panel and its actions."""
