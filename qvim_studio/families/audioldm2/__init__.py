"""AudioLDM 2: latent diffusion conditioned by a language model's tokens and by words."""
