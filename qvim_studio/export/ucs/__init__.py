"""Categories and file names of the Universal Category System."""
