"""Normalisers: what a raw value means, once and cached a distinct value; raw values stay as they are elsewhere."""
