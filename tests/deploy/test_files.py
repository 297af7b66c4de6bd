"""The files for deploying: what can be checked without the machines they are for."""
from __future__ import annotations

import re
import shutil
import subprocess

import pytest
import yaml

from tests.conftest import ROOT
from tools.cluster import program

DEPLOY = ROOT / "deploy"
VARIABLE = re.compile(r"\b(?:REPWISE|SANIC)_[A-Z_]+\b")


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((DEPLOY / "compose.yml").read_text())


def test_systemd_takes_the_unit(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze: apt-get install systemd")
    unit = tmp_path / "repwise@5005.service"
    unit.write_text((DEPLOY / "systemd/repwise@.service").read_text().replace("/opt/repwise/.venv/bin/python", shutil.which("true")))
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True)
    assert done.returncode == 0 and unit.name not in done.stderr, done.stderr


def test_docker_takes_the_compose_file():
    if shutil.which("docker") is None or subprocess.run(["docker", "compose", "version"], capture_output=True).returncode:
        pytest.skip("needs docker compose")
    given = {"POSTGRES_PASSWORD": "a", "REDIS_PASSWORD": "b", "REPWISE_SECRET": "c", "PATH": "/usr/bin:/bin:/usr/local/bin"}
    done = subprocess.run(["docker", "compose", "-f", str(DEPLOY / "compose.yml"), "config", "-q"], capture_output=True, text=True, env=given)
    assert done.returncode == 0, done.stderr


def test_the_compose_file_is_whole(compose):
    """No password in it, only nginx reachable from outside, every file and volume there."""
    services = compose["services"]
    assert {name for name, service in services.items() if service.get("ports")} == {"nginx"}
    assert all(port.startswith("127.0.0.1:") for port in services["nginx"]["ports"])
    for service in services.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (DEPLOY / source).exists() if source.startswith(".") else source in compose["volumes"], volume
        for name, value in service.get("environment", {}).items():
            assert not re.search("PASSWORD|SECRET|AUTH", name) or str(value).startswith("${"), name
    assert (DEPLOY / services["assistant"]["build"]["context"] / services["assistant"]["build"]["dockerfile"]).exists()


@pytest.mark.parametrize("name", ["repwise.conf", "compose.conf"])
def test_nginx_takes_its_files(tmp_path, name):
    """With a certificate made for the test, and addresses that can be resolved here."""
    nginx, openssl = program("nginx"), shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl")
    subprocess.run([openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=test", "-keyout", tmp_path / "key",
                    "-out", tmp_path / "cert"], check=True, capture_output=True)
    text = (DEPLOY / "nginx" / name).read_text().replace("server assistant:", "server 127.0.0.1:")
    text = re.sub(r"/etc/ssl/certs/\S+;", f"{tmp_path}/cert;", re.sub(r"/etc/ssl/private/\S+;", f"{tmp_path}/key;", text))
    text = text.replace("/etc/nginx/repwise-locations.conf", str(DEPLOY / "nginx/locations.conf"))
    (tmp_path / "site.conf").write_text(text)
    (tmp_path / "nginx.conf").write_text(f"pid {tmp_path}/pid; error_log stderr; events {{}}\nhttp {{ include {tmp_path}/site.conf; }}\n")
    done = subprocess.run([nginx, "-t", "-c", tmp_path / "nginx.conf", "-p", tmp_path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_settings_in_the_files_exist():
    """A variable that no code reads would be a setting that does nothing."""
    code = "".join(path.read_text() for path in (ROOT / "addons").rglob("*.py")) + (DEPLOY / "endpoints.yml").read_text()
    for file in ("compose.yml", "Dockerfile", "systemd/repwise.env.example", "endpoints.yml", "README.md"):
        for name in VARIABLE.findall((DEPLOY / file).read_text()):
            assert name in code or name == "SANIC_PROXIES_COUNT", f"{file}: {name}"
