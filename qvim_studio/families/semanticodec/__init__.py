"""SemantiCodec: sounds as pairs of tokens, one for what is heard, one for how (Liu et al. 2024)."""
