"""What Numba's own tests ask of its test runner, under its name: how long a test may take."""

# Seconds.
_TIMEOUT = 1200
