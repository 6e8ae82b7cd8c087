"""`python -m simulation [--json] [--jobs N] [--only WORDS] [FILE …]`: judge cases, fail on a difference.

Exit code 0: every case holds. 1: at least one differs. 2: a case file cannot be used.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from simulation.case_file import CaseError, case_files
from simulation.runner import JOBS, Runner, chosen_cases
from simulation.verdict import Verdict
from starter.progress import shown


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit code."""
    asked = _parser().parse_args(arguments)
    try:
        cases = list(chosen_cases(asked.files or case_files(), asked.only))
    except CaseError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    verdicts = []
    console = Console(soft_wrap=True, quiet=asked.json)
    with Runner(asked.jobs) as runner, shown(console, "案例 cases", len(cases)) as told:
        for future in [runner.submit(regulation, case) for regulation, case in cases]:
            verdicts.append(future.result())
            _report(console, verdicts[-1], timelines=not asked.quiet)
            told(1)
    _summarise(verdicts, as_json=asked.json)
    return 0 if all(verdict.holds for verdict in verdicts) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulation", description="演示案例：逐案核对，有差异即失败")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="case files (default: all of the product)")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of timelines")
    parser.add_argument("--jobs", type=int, default=JOBS, help="cases at the same time (default: %(default)s)")
    parser.add_argument("--only", default="", metavar="WORDS", help="only cases whose sentence contains the words")
    parser.add_argument("--quiet", action="store_true", help="no timelines")
    return parser


def _report(console: Console, verdict: Verdict, timelines: bool) -> None:
    sign, style = ("✓", "bold green") if verdict.holds else ("✗", "bold red")
    console.print(Text(f"{sign} {verdict.case}", style=style), Text(f"{verdict.seconds:.1f} s", style="dim"))
    for line in verdict.timeline if timelines else ():
        console.print(Text(f"   {line.at:%Y-%m-%d %H:%M} {line.sign} {line.text}"))
    for difference in verdict.differences:
        console.print(Text(f"   ≠ {difference}", style="red"))


def _summarise(verdicts: Sequence[Verdict], as_json: bool) -> None:
    differing = sum(not verdict.holds for verdict in verdicts)
    if as_json:
        document = {"cases": [verdict.model_dump(mode="json") for verdict in verdicts], "differing": differing}
        sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
        return
    Console().print(f"案例 {len(verdicts)} 个，不符 {differing} 个 / {len(verdicts)} cases, {differing} differ")


if __name__ == "__main__":
    sys.exit(main())
