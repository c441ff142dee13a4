"""Networks between sounds or spectrograms and latents or tokens."""
