"""Journeys: everything that Junction sends about one order."""
