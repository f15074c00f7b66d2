"""Tools of this repository: code generation and the docs site."""
