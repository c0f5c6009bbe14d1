"""Where the bench keeps what it makes."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(os.environ.get("BENCH_DIR") or ROOT / "var" / "bench").resolve()
DATABASE_URL = os.environ.get("BENCH_DATABASE_URL") or "postgres://root@127.0.0.1:5432/kg_bench"
RESULTS = ROOT / "bench" / "results"  # what the report is written from, so that a part can be measured anew by itself
REPORT = ROOT / "docs" / "performance.md"
PLOT = ROOT / "docs" / "images" / "performance.svg"
QUICK_RESULTS = FOLDER / "results"
QUICK_REPORT = FOLDER / "quick.md"
QUICK_PLOT = FOLDER / "quick.svg"
