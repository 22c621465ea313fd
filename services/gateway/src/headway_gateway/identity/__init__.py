"""Who asks: keys, tokens of an issuer, and what each client may use."""
