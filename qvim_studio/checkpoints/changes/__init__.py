"""Changes of a UNet that others trained: LoRA and its kin."""
