"""Sample packs and kits."""
