"""SemantiCodec: sounds as pairs of tokens, one for the meaning and one for the detail (Liu et al.
2024)."""
