"""JSON Schema, whatever it describes."""
