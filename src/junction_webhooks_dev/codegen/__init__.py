"""Code generation: everything under `generated/`, from `schemas/`.

Nothing here imports generated code, and nothing else writes into `generated/`.
"""
