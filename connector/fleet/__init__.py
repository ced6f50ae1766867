"""The fleet: how far each rep's devices are behind the server, sampled in the background and kept in `ops`."""
