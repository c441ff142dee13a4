"""AudioLDM and MusicLDM: VAE, UNet conditioned by FiLM, vocoder."""
