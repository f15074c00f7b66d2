"""JSON: bytes, pointers and patches."""
