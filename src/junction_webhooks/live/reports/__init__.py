"""How the results of checks are written: as text, as JSON, and for CI as JUnit's XML."""
