"""Plain torch networks, their front ends and how weights are read into them."""
