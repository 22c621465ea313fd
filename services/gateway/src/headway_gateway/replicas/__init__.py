"""Which replicas there are, which of them may be asked, and which one is."""
