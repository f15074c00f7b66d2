"""Receive Junction's webhooks with Django, as an app to add to `INSTALLED_APPS`.

`models` are the tables, `inbox` stores deliveries, `views` and `rest_views` are the endpoint, and the command
`junction_worker` does the rest. Run `makemigrations` once after you have copied it.
"""
