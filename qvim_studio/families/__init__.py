"""Families of generators: one folder each, behind the protocol of ``families.protocol``."""
