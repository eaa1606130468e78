"""What `import hotloop` costs after `import numpy`: milliseconds, the minimum over many fresh interpreters. At most 30 is promised.

Run it with a release build of the package: python benches/import_time.py
"""

import statistics
import subprocess
import sys

PROGRAM = """
import time
import numpy
start = time.perf_counter()
import hotloop
print((time.perf_counter() - start) * 1e3)
"""
ROUNDS = 30
LIMIT = 30.0


def main():
    times = [float(subprocess.check_output([sys.executable, "-c", PROGRAM])) for _ in range(ROUNDS)]
    print(f"import hotloop after numpy: min {min(times):.1f} ms, median {statistics.median(times):.1f} ms over {ROUNDS} runs")
    if min(times) > LIMIT:
        sys.exit(f"that is more than the {LIMIT:.0f} ms promised")


if __name__ == "__main__":
    main()
