"""Solvers, guidance and pictures of forming sounds; nothing here knows a family."""
