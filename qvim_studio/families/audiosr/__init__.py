"""AudioSR: a diffusion model that makes the highs which a recording lacks (Liu et al. 2023)."""
