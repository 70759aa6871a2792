"""Converters from the material the catalog was read in, one module a kind of file."""
