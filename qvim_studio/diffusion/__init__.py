"""Solvers, guidance and previews of forming sounds, independent of all families."""
