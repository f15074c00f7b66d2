"""The commands, one module each, with `add_arguments(parser)` and `run(options)`.

No command imports another: what several need is in `cli._terminal`, `cli._parsing` and the like.
"""
