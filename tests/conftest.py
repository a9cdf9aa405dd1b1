"""Settings shared by all tests."""

from hypothesis import settings

# The same examples on every machine: a test that fails must fail again.
settings.register_profile("repeatable", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("repeatable")
