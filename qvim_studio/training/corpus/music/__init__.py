"""Songs as aligned pairs of a voice and its music."""
