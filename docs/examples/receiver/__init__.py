"""A small service that receives Junction's webhooks, stores their contents, and notifies patients.

`store` keeps deliveries, objects, notices and escalations in SQLite. `receiver` decides what they change.
`app` is the endpoint. `bugs` has receivers with one mistake each, which the tests must find.
"""
