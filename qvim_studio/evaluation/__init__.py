"""How good is it: retrieval, adapter, generated clips, reconstruction, and the report of all."""
