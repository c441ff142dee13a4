"""Networks, their front ends, checkpoints and memory plans; everything here may import torch."""
