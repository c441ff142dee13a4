"""Plans, writes and verifies sample packs and kits."""
