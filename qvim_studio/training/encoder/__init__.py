"""How the encoder and the ears are trained."""
