"""The Universal Category System."""
