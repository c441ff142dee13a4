"""What is asked of the generator."""
