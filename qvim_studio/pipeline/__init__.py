"""From an imitation to clips: embedding, conditioning, sampling, ranking, finishing."""
