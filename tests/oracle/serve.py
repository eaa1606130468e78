"""Answers, one program at a time, what `run.py` answers for many: reads a path a line, writes the cases as a line of JSON."""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from run import run_file  # noqa: E402

for line in sys.stdin:
    print(json.dumps(run_file(pathlib.Path(line.strip()))), flush=True)
