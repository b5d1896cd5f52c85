"""Shapes on the map as plain values: reading GeoJSON, checking it, and telling datums apart."""
