"""Values that every floor shares: requests, results, errors, settings and names."""
