"""Many takes rendered overnight: lists, the journal, and workers on this machine or a cluster."""
