"""Help, licences and diagnostics."""
