"""A real S3 server in a process of its own: moto's, which keeps its objects in memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import fsspec

BUCKET = "rows"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "tester",
    "AWS_SECRET_ACCESS_KEY": "of no worth",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@contextmanager
def s3_server(
    port: int, host: str = "127.0.0.1", log: Path = Path(os.devnull)
) -> Iterator[dict[str, str]]:
    """What a client must have in its environment, as long as the server lasts; it has a bucket."""
    url = f"http://{host}:{port}"
    environment = {**CREDENTIALS, "AWS_ENDPOINT_URL": url}
    command = [sys.executable, "-m", "moto.server", "-H", host, "-p", str(port)]
    with log.open("wb") as told:
        server = subprocess.Popen(command, stdout=told, stderr=told)
    try:
        _wait_for(f"{url}/moto-api/", server)
        store = fsspec.filesystem(
            "s3",
            endpoint_url=url,
            key=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            secret=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )
        store.mkdir(BUCKET)
        yield environment
    finally:
        server.terminate()
        server.wait()


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the S3 server ended with {server.returncode}")
