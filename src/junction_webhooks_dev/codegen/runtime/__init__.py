"""Hand-written modules that code generation copies into `junction_webhooks_models`.

They import each other by their names there, such as `junction_webhooks_models._shown`.
"""
