"""The conformance kit: signatures, scenarios, lifecycles, values and the fixtures as groups of tests.

Each module makes the files of one part from what is in the package. The kit is for programs in other
languages, so everything in it is JSON, and every expected answer is what this package gives.
"""
