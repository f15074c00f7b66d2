"""The MkDocs extension."""
