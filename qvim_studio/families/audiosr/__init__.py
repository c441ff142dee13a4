"""AudioSR: a diffusion model that makes the missing highs of recordings (Liu et al. 2023)."""
