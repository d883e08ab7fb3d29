"""Mapping rows and the named transforms that turn vendor fields into unified ones, and back."""
