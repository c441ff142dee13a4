"""AudioLDM 2: latent diffusion that listens to a language model's tokens and to words."""
