"""Files for others: clips with their recipes, sample packs, metadata."""
