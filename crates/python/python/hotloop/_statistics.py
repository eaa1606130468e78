"""What happened to a kernel so far."""

import collections

Latency = collections.namedtuple("Latency", "count p50_ns p90_ns p99_ns p999_ns longest_ns")


class Stats(collections.namedtuple("Stats", "cache_path cache_hits cache_misses")):
    """What happened to a kernel so far. As a tuple it has what Numba's has.

    cache_hits, cache_misses: how often code came from the cache on disk, and how often it was compiled.
    calls: how often the kernel was called from Python.
    compile_times: the seconds that it took to come by the code, compiled or from the cache, by the types of the parameters.
    latency: how many calls were measured and what they took in nanoseconds, from the objects to the result; None unless `record_latency()` or `HOTLOOP_LATENCY=1` asks for it.
    """

    calls: int
    compile_times: dict
    latency: Latency | None

    def __new__(cls, hits, misses, calls=0, compile_times=None, latency=None):
        made = super().__new__(cls, None, hits, misses)
        made.calls, made.compile_times, made.latency = calls, compile_times or {}, latency
        return made
