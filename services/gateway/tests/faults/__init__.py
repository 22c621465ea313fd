"""The gateway under every fault of the catalogue: a real process between a raw client and a scripted model server."""
