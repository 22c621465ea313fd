"""The data path: from an admitted request to the last byte of its answer."""
