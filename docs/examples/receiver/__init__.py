"""A small service that receives Junction's webhooks, keeps what they say, and tells patients.

`store` keeps deliveries, objects and notices in SQLite. `receiver` decides what a delivery changes.
`app` is the endpoint. `bugs` has receivers with a mistake each, which the tests must find.
"""
