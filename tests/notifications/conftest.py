"""Real local servers that are told things: a webhook and a mail server; both keep what they got."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.projects import write_settings

from leadline.workspace import Workspace

Open = Callable[..., Workspace]


@dataclass
class Received:
    """What a server was sent, and what it says: first the codes in `says`, then `then`."""

    says: list[int] = field(default_factory=list)
    then: int = 200
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    port: int = 0
    certificate: str = ""
    before_answer: Callable[[], object] = lambda: None

    def code(self) -> int:
        return self.says.pop(0) if self.says else self.then


@contextmanager
def running(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def webhook() -> Iterator[Received]:
    """A web server on this machine."""
    received = Received()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            received.headers.append(dict(self.headers))
            received.before_answer()
            code = received.code()
            self.send_response(code)
            if code == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    received.port = server.server_address[1]
    with running(server):
        yield received


class _Mail(socketserver.StreamRequestHandler):
    """SMTP, as small as can be; code 0 hangs up after DATA."""

    received: Received

    def say(self, code: int, words: str = "ok") -> None:
        self.wfile.write(f"{code} {words}\r\n".encode())

    def handle(self) -> None:
        self.say(220)
        while line := self.rfile.readline():
            verb = line.split()[0].upper()
            if verb == b"DATA":
                self.say(354)
                lines = iter(self.rfile.readline, b".\r\n")
                self.received.bodies.append(b"".join(lines))
                code = self.received.code()
                if code == 0:
                    return
                self.say(code, "said")
            else:
                if verb in {b"MAIL", b"RCPT"}:
                    self.received.headers.append({verb.decode(): line.decode().strip()})
                self.say(221 if verb == b"QUIT" else 250)
            if verb == b"QUIT":
                return


class _Quiet(socketserver.ThreadingTCPServer):
    def handle_error(self, *_: Any) -> None:
        """A client that hangs up is part of the test."""


def mail_server_on_this_machine() -> tuple[Received, socketserver.ThreadingTCPServer]:
    received = Received(then=250)
    handler = type("Mail", (_Mail,), {"received": received})
    server = _Quiet(("127.0.0.1", 0), handler)
    received.port = server.server_address[1]
    return received, server


@pytest.fixture
def mail_server() -> Iterator[Received]:
    """A mail server on this machine."""
    received, server = mail_server_on_this_machine()
    with running(server):
        yield received


@pytest.fixture
def mail_server_with_tls(tmp_path: Path) -> Iterator[Received]:
    """A mail server that speaks TLS only, by a certificate of its own."""
    received, server = mail_server_on_this_machine()
    certificate = self_signed(tmp_path)
    received.certificate = str(certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    with running(server):
        yield received


def self_signed(folder: Path) -> Path:
    """A certificate of 127.0.0.1, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.fixture
def open_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Open a workspace whose [notify] says these things; the key of the webhook is set."""
    monkeypatch.setenv("LEADLINE_WEBHOOK_KEY", "a secret")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    opened: list[Workspace] = []

    def open_one(**notify: Any) -> Workspace:
        write_settings(tmp_path, notify=notify)
        opened.append(Workspace.open(tmp_path))
        return opened[-1]

    yield open_one
    for workspace in opened:
        workspace.close()


def by_webhook(received: Received) -> dict[str, Any]:
    return {"webhook": f"http://127.0.0.1:{received.port}/hook"}


def by_mail(received: Received, **more: Any) -> dict[str, Any]:
    return {
        "smtp_host": "127.0.0.1",
        "smtp_port": received.port,
        "smtp_security": "none",
        "sender": "leadline@example.org",
        "to": ["ada@example.org", "bo@example.org"],
        **more,
    }
