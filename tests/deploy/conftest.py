"""Two assistants behind nginx with PostgreSQL and Redis, started once for these tests; skipped where a program is missing."""
from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from tools.cluster import PACKAGES, Cluster, missing

PACE = {"REPWISE_PACE": "1000", "RASA_TELEMETRY_ENABLED": "false"}


def pytest_collection_modifyitems(items):
    if missing():
        skip = pytest.mark.skip(reason=f"needs {', '.join(PACKAGES)}: apt-get install {' '.join(missing())}")
        for item in items:
            if "deploy" in item.path.parts:
                item.add_marker(skip)


@pytest.fixture(scope="package")
def folder():
    """Not pytest's own, which the user "postgres" may not enter."""
    made = Path(tempfile.mkdtemp(prefix="repwise-deploy-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="package")
def shared_cluster(folder):
    cluster = Cluster(folder, settings=PACE)
    cluster.start()
    yield cluster
    cluster.stop()


@pytest.fixture
def cluster(shared_cluster):
    """The cluster with all its parts up, whatever the test before did to them."""
    for part in shared_cluster.parts:
        if not part.running:
            part.start()
    return shared_cluster
