"""Several assistants behind nginx with PostgreSQL and Redis, all on this machine, for trying it out and for tests.

`make run-cluster` starts everything on 127.0.0.1 in a folder that is deleted at the end, and stops all of it on Ctrl-C. PostgreSQL, Redis
and nginx are Debian's packages. How to do it for good is in deploy/README.md.
"""
from __future__ import annotations

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
PACKAGES = {"postgres": "postgresql", "redis-server": "redis-server", "nginx": "nginx-light"}
SERVERS = 2
START_S, STOP_S = 240.0, 30.0
NGINX = """{user}
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log warn;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    upstream repwise {{
        {servers}
        keepalive 32;
    }}
    server {{
        listen {host}:{port};
        include {locations};
    }}
}}
"""


class NotStarted(RuntimeError):
    """A part did not start; the message names its log."""


def program(name: str) -> Optional[str]:
    """Returns the path of a program, also where Debian keeps it out of the path; None where it is missing."""
    beside = [str(path.parent) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True)]
    return shutil.which(name, path=os.pathsep.join([*beside, os.environ.get("PATH", ""), "/usr/sbin"]))


def missing() -> List[str]:
    """Returns Debian's packages that are not installed."""
    return [package for name, package in PACKAGES.items() if program(name) is None]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class Part:
    """One program. It is started anew as often as wanted, on the same port, with the same data."""

    def __init__(self, name: str, command: Sequence[str], log: Path, **options: Any) -> None:
        self.name, self.log, self.port = name, log, 0
        self._command, self._options = list(command), options
        self.process: Optional[subprocess.Popen[bytes]] = None

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def launch(self) -> None:
        with self.log.open("ab") as stream:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                self._command, stdout=stream, stderr=stream, cwd=ROOT, start_new_session=True, **self._options)

    def ready(self) -> bool:
        """Tells whether its port is open."""
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex((HOST, self.port)) == 0

    def wait(self) -> None:
        """Waits until it is ready. Raises NotStarted."""
        end = time.monotonic() + START_S
        while not self.ready():
            if not self.running or time.monotonic() > end:
                raise NotStarted(f"{self.name} did not start:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.1)

    def start(self) -> None:
        self.launch()
        self.wait()

    def signal(self, number: int) -> None:
        if self.process is not None and self.running:
            self.process.send_signal(number)

    def stop(self) -> None:
        """Ends it in good order, after STOP_S seconds in any case."""
        self.signal(signal.SIGINT)
        try:
            if self.process is not None:
                self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Ends it at once, as a crash does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(STOP_S)


class Postgres(Part):
    """A database of its own. PostgreSQL refuses to run as root, so root lets the user "postgres" of Debian's package run it."""

    def __init__(self, folder: Path) -> None:
        self._data, self._password = folder / "postgres", secrets.token_hex(16)
        self._data.mkdir(mode=0o700)
        other = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
        if other:
            shutil.chown(self._data, "postgres", "postgres")
        port = free_port()
        command = [program("postgres") or "", "-D", str(self._data / "data"), "-p", str(port), "-h", HOST, "-k", str(self._data)]
        super().__init__("PostgreSQL", command, folder / "postgres.log", **other)
        self.port = port
        self._init(other)

    @property
    def url(self) -> str:
        return f"postgresql://repwise:{self._password}@{HOST}:{self.port}/postgres"

    def ready(self) -> bool:
        """Tells whether it answers: after a crash its port is open before it is done with recovery."""
        return subprocess.run([program("pg_isready") or "", "-q", "-h", HOST, "-p", str(self.port)]).returncode == 0  # noqa: S603

    def _init(self, other: Dict[str, Any]) -> None:
        password = self._data / "password"
        password.write_text(self._password)
        if other:
            shutil.chown(password, "postgres", "postgres")
        made = subprocess.run(  # noqa: S603 - our own command
            [program("initdb") or "", "-D", str(self._data / "data"), "-U", "repwise", "-A", "scram-sha-256", "--pwfile", str(password),
             "-E", "UTF8", "--locale", "C"], capture_output=True, text=True, cwd="/", **other)
        if made.returncode:
            raise NotStarted(f"PostgreSQL's initdb failed:\n{made.stderr}")


class Redis(Part):
    """Writes down what it is told, so that what was taken or counted is still known after a restart."""

    def __init__(self, folder: Path) -> None:
        (folder / "redis").mkdir()
        port, password = free_port(), secrets.token_hex(16)
        super().__init__("Redis", [program("redis-server") or "", "--port", str(port), "--bind", HOST, "--dir", str(folder / "redis"), "--save", "",
                                   "--appendonly", "yes", "--requirepass", password], folder / "redis.log")
        self.port, self.url = port, f"redis://:{password}@{HOST}:{port}/0"


class Nginx(Part):
    def __init__(self, folder: Path, ports: Sequence[int], port: Optional[int] = None) -> None:
        file, own = folder / "nginx.conf", port or free_port()
        file.write_text(NGINX.format(
            user="user root;" if os.getuid() == 0 else "", folder=folder, host=HOST, port=own, locations=ROOT / "deploy/nginx/locations.conf",
            servers=" ".join(f"server {HOST}:{port} max_fails=1 fail_timeout=5s;" for port in ports)))
        super().__init__("nginx", [program("nginx") or "", "-c", str(file), "-p", str(folder), "-g", "daemon off;"], folder / "nginx.log")
        self.port = own


class Assistant(Part):
    def __init__(self, folder: Path, number: int, settings: Dict[str, str]) -> None:
        port = free_port()
        command = [sys.executable, "-W", "ignore", "-m", "addons.serve", "--port", str(port), "--endpoints", "deploy/endpoints.yml"]
        super().__init__(f"assistant {number}", command, folder / f"assistant-{number}.log", env={**os.environ, **settings})
        self.port = port


class Cluster:
    """All parts in a folder of their own."""

    def __init__(self, folder: Path, servers: int = SERVERS, port: Optional[int] = None, settings: Optional[Dict[str, str]] = None) -> None:
        folder.chmod(0o755)  # the user "postgres" passes through
        self.database, self.redis = Postgres(folder), Redis(folder)
        self.settings = {
            "REPWISE_DATABASE": self.database.url, "REPWISE_REDIS": self.redis.url, "REPWISE_SECRET": secrets.token_urlsafe(48),
            "REPWISE_STATE": str(folder), "SANIC_PROXIES_COUNT": "1", "HOST": HOST, **(settings or {})}
        self.assistants = [Assistant(folder, number, self.settings) for number in range(1, servers + 1)]
        self.nginx = Nginx(folder, [assistant.port for assistant in self.assistants], port)

    @property
    def parts(self) -> List[Part]:
        return [self.database, self.redis, *self.assistants, self.nginx]

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.nginx.port}"

    def start(self) -> None:
        """Starts all parts and waits for them. Raises NotStarted, and then stops what runs."""
        try:
            self.database.start()
            self.redis.start()
            for assistant in self.assistants:
                assistant.launch()
            for assistant in self.assistants:
                assistant.wait()
            self.nginx.start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        for part in reversed(self.parts):
            part.signal(signal.SIGCONT)
            part.stop()


def main() -> int:
    """Runs until Ctrl-C, or until a part ends by itself; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.cluster", description=__doc__)
    parser.add_argument("--servers", type=int, default=SERVERS, help=f"how many assistants ({SERVERS})")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 5005), help="of nginx (or set PORT), 5005 if left out")
    args = parser.parse_args()
    if missing():
        print(f"This needs {', '.join(PACKAGES)}: apt-get install --no-install-recommends {' '.join(missing())}", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))
    folder = Path(tempfile.mkdtemp(prefix="repwise-cluster-"))
    print(f"Starting PostgreSQL, Redis, {args.servers} assistants and nginx (half a minute) ...", flush=True)
    try:
        cluster = Cluster(folder, args.servers, args.port)
        cluster.start()
        print(f"Chat at {cluster.address}/chat\nCtrl-C stops everything and deletes what was said.", flush=True)
        try:
            while all(part.running for part in cluster.parts):
                time.sleep(0.5)
            ended = next(part for part in cluster.parts if not part.running)
            print(f"{ended.name} ended:\n{ended.log.read_text()[-2000:]}", file=sys.stderr)
            return 1
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must leave nothing behind
            cluster.stop()
    except KeyboardInterrupt:
        return 0
    except NotStarted as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
