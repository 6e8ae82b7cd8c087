"""`make faults`: many seeded runs with a fault in each, on SQLite and on PostgreSQL, and the table of what came of them."""

import argparse
import asyncio
import sys
import time
import traceback
from pathlib import Path

from runtime.logging import configure
from tests.faults.account import Account, table
from tests.faults.catalogue import FAULTS, fault_of
from tests.faults.installation import installation
from tests.faults.run import one_run

DATABASES = ("sqlite", "postgresql")
AT_ONCE = 6
"""How many runs of a leg are under way: one that is struck, and those before it, which recover."""


def main() -> int:
    wanted = _arguments()
    configure("faults", "ERROR")
    account = Account(wanted.folder / str(wanted.seed))
    deadline = time.monotonic() + 60 * wanted.minutes
    if wanted.database:
        asyncio.run(_leg(wanted, account, deadline))
        return 0
    return asyncio.run(_both(wanted, account))


async def _both(wanted: argparse.Namespace, account: Account) -> int:
    """Each database in a process of its own, since the runs wait more than they work; then the table."""
    words = [sys.executable, "-m", "tests.faults", *sys.argv[1:]]
    legs = [await asyncio.create_subprocess_exec(*words, "--database", name) for name in DATABASES]
    codes = await asyncio.gather(*(leg.wait() for leg in legs))
    results = account.results()
    print(table(results))
    account.write_report(results)
    left = wanted.runs - len(results)
    if left > 0:
        print(f"{left} of {wanted.runs} runs are left; the same command goes on with them")
    return 1 if any(codes) or left > 0 or not all(result.is_clean for result in results) else 0


async def _leg(wanted: argparse.Namespace, account: Account, deadline: float) -> None:
    """The runs on one database, those that were done before left out."""
    name = wanted.database
    mine = range(1 + DATABASES.index(name), wanted.runs + 1, len(DATABASES))
    left = [run for run in mine if run not in account.done(name)]
    if not left:
        return
    alone, places = asyncio.Lock(), asyncio.Semaphore(AT_ONCE)
    beyond = name == "postgresql"
    async with installation(account.folder / name, on_postgresql=beyond, encrypted=beyond) as built:

        async def do(run: int) -> None:
            async with places:
                if time.monotonic() > deadline:
                    return
                fault = FAULTS[wanted.fault] if wanted.fault else fault_of(name, (run - 1) // len(DATABASES))
                try:
                    result = await one_run(built, fault, seed=wanted.seed, run=run, database=name, alone=alone)
                except Exception:  # it is told, it is left to do, and the others go on
                    print(f"{name} {run}: {fault.name} broke off", flush=True)
                    traceback.print_exc()
                    return
            account.add(result)
            print(f"{name} {run}: {fault.name}, {result.seconds} s{'' if result.is_clean else '  ✗'}", flush=True)

        async with asyncio.TaskGroup() as group:
            for run in left:
                group.create_task(do(run))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=45.0, help="begin no run after that many")
    parser.add_argument("--folder", type=Path, default=Path("var/faults"), help="data and results, by seed")
    parser.add_argument("--fault", choices=FAULTS, help="only this one")
    parser.add_argument("--database", choices=DATABASES, help="only on this one, without the table")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
