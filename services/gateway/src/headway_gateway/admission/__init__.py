"""What a request may ask for: decoded once, bounded, and rewritten as what the model server gets."""
