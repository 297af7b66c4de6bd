"""Looks up known vulnerabilities of what is installed: pip-audit for Python (at OSV), npm audit for the widget. `make audit` calls it.

tools/accepted-risks.yml lists what is known and cannot be changed, with the reason. The exit status is 0 where nothing else was found, 1
where something was, 2 where an advisory service did not answer, so that nothing was checked there.
"""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))
ACCEPTED = ROOT / "tools" / "accepted-risks.yml"
LIMIT_S = 300


def accepted() -> Dict[str, str]:
    """Returns the reason for each accepted advisory, by its id."""
    return {advisory: risk["reason"] for risk in yaml.safe_load(ACCEPTED.read_text(encoding="utf-8")) for advisory in risk["advisories"]}


def of_python(report: Dict[str, Any]) -> Optional[List[Dict[str, Any]]]:
    """Returns package, version and ids of each finding of pip-audit's report, None where it could look up nothing at all."""
    packages = report["dependencies"]
    if all("skip_reason" in package for package in packages):
        return None
    return [{"package": package["name"], "version": package["version"], "ids": [found["id"], *found.get("aliases", [])]}
            for package in packages for found in package.get("vulns", [])]


def of_npm(report: Dict[str, Any]) -> Optional[List[Dict[str, Any]]]:
    """Returns the same of npm's report."""
    if "vulnerabilities" not in report:
        return None
    return [{"package": name, "version": found.get("range", ""), "ids": [via["url"].rsplit("/", 1)[-1]]}
            for name, found in report["vulnerabilities"].items() for via in found["via"] if isinstance(via, dict)]


def told(what: str, found: Optional[List[Dict[str, Any]]], reasons: Dict[str, str]) -> int:
    """Prints the findings of one tool; returns the exit status that they mean."""
    if found is None:
        print(f"{what}: its advisory service did not answer here; nothing was checked")
        return 2
    open_ones = [item for item in found if not any(name in reasons for name in item["ids"])]
    for item in found:
        why = next((f"accepted: {reasons[name]}" for name in item["ids"] if name in reasons), "NOT ACCEPTED")
        print(f"{what}: {item['package']} {item['version']} {' '.join(item['ids'])}: {why}")
    print(f"{what}: {len(found)} known vulnerabilities, {len(open_ones)} of them not accepted")
    return 1 if open_ones else 0


def report_of(command: Sequence[str], folder: Path) -> Dict[str, Any]:
    """Runs a tool and returns its JSON, or an empty report where it gave none."""
    try:
        done = subprocess.run(  # noqa: S603 - our own commands
            command, cwd=folder, capture_output=True, text=True, timeout=LIMIT_S, env=_environment())
        return dict(json.loads(done.stdout))
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return {}


def _environment() -> Dict[str, str]:
    from widget import NODE

    return {**os.environ, "PATH": os.pathsep.join([str(NODE.parent), os.environ.get("PATH", "")])}


def main() -> int:
    """Prints what was found."""
    from widget import NODE, NPM, WIDGET

    uv = shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")
    python = report_of([uv, "tool", "run", "--python", sys.executable, "pip-audit", "-r", "requirements.lock", "--disable-pip", "--no-deps",
                        "--vulnerability-service", "osv", "--progress-spinner", "off", "-f", "json"], ROOT)
    npm = report_of([str(NODE), str(NPM), "audit", "--json"], WIDGET)
    reasons = accepted()
    return max(told("pip-audit", of_python(python) if python else None, reasons), told("npm audit", of_npm(npm), reasons))


if __name__ == "__main__":
    sys.exit(main())
