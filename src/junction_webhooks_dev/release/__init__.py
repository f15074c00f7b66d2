"""`make release`: check everything that a release needs, build its files, and list what is left for a person.

It writes into `dist/` only, and pushes nothing. `.github/workflows/release.yml` runs the same for a tag.
"""
