"""`python -m bench`: measure, print the tables and write them down."""

import argparse
import signal
import subprocess
import sys
from collections.abc import Callable

from bench import beside, cold, footprint, front, growth, machine, places, reads, writing
from bench.papers import BenchError
from bench.plot import svg
from bench.progress import say
from bench.report import Part, report
from bench.scale import FULL, QUICK, Scale

PARTS: dict[str, Callable[[Scale], Part]] = {
    "reads": reads.measure,
    "front": front.measure,
    "cold": cold.measure,
    "writing": writing.measure,
    "growth": growth.measure,
    "footprint": footprint.measure,
    "rivals": beside.measure,
}


def main() -> None:
    """Measure what is asked for; a part that can't be measured is said to, and the others are."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that all that was started is ended
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller papers and shorter load, in a few minutes")
    parser.add_argument("--only", default="", help=f"some of {','.join(PARTS)}, separated by commas")
    arguments = parser.parse_args()
    wanted = arguments.only.split(",") if arguments.only else list(PARTS)
    if unknown := set(wanted) - PARTS.keys():
        parser.error(f"There is no part {', '.join(sorted(unknown))}: choose from {', '.join(PARTS)}.")
    scale = QUICK if arguments.quick else FULL
    failed = [name for name in wanted if not _measure(name, scale)]
    if failed:
        sys.exit(f"Not measured: {', '.join(failed)}; see above.")


def _measure(name: str, scale: Scale) -> bool:
    say(f"\n== {name}")
    try:
        part = PARTS[name](scale)
    except (BenchError, OSError, subprocess.SubprocessError) as error:
        say(str(error))
        return False
    part.measured = machine.measured()
    part.save(places.QUICK_RESULTS if scale.is_quick else places.RESULTS)
    sys.stdout.write(f"{part.markdown()}\n")
    sys.stdout.flush()
    _write(scale)
    return not part.failures


def _write(scale: Scale) -> None:
    """Write the page and its picture: what was measured now, and beside it what was measured last of all else."""
    kept = (places.QUICK_RESULTS, places.QUICK_REPORT, places.QUICK_PLOT)
    folder, target, picture = kept if scale.is_quick else (places.RESULTS, places.REPORT, places.PLOT)
    parts = [part for name in PARTS if (part := Part.load(folder, name))]
    picture.write_text(svg([chart for part in parts for chart in part.charts]))
    target.write_text(report(parts, plot=str(picture.relative_to(target.parent))))
    say(f"Written to {target} and {picture}.")


if __name__ == "__main__":
    main()
