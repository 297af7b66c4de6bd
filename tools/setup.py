"""Makes .venv with Python 3.10 and exactly what requirements.lock lists. Needs nothing but python3 itself."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / ".tools"
VENV = ROOT / ".venv"
PYTHON = "3.10"


def fail(what, remedy):
    """Ends with a message that says what to do."""
    sys.exit("\nSet-up failed: {}\n{}".format(what, remedy))


def find_uv():
    """Returns the path of uv: the one installed on this machine, or our own copy in .tools, installed now if need be."""
    on_path = shutil.which("uv")
    if on_path:
        return on_path
    uv = TOOLS / "bin" / "uv"
    if not uv.exists():
        print("Installing uv into .tools ...", flush=True)
        made = subprocess.run([sys.executable, "-m", "venv", str(TOOLS)])
        if made.returncode:
            fail("python3 cannot make a virtual environment.",
                 "On Debian or Ubuntu: apt-get install python3-venv. Then run the same command again.")
        got = subprocess.run([str(TOOLS / "bin" / "pip"), "install", "--quiet", "--require-hashes",
                              "-r", str(ROOT / "requirements-uv.lock")])
        if got.returncode:
            fail("uv could not be installed.", "Check the network connection and pip's settings, then run the same command again.")
    return str(uv)


def main():
    """Builds the environment; a second run brings it up to date."""
    os.chdir(str(ROOT))
    uv = find_uv()
    if not (VENV / "bin" / "python").exists():
        print("Making .venv with Python {} ...".format(PYTHON), flush=True)
        if subprocess.run([uv, "venv", "--quiet", "--python", PYTHON, str(VENV)]).returncode:
            fail("Python {} was not found and could not be fetched.".format(PYTHON),
                 "Install it (for example with `uv python install {0}` or pyenv) so that `python{0}` works.".format(PYTHON))
    print("Installing the locked packages (about 2.8 GB on disk the first time) ...", flush=True)
    if subprocess.run([uv, "pip", "sync", "--require-hashes", "--python", str(VENV / "bin" / "python"), "requirements.lock"]).returncode:
        fail("the packages could not be installed.", "Check the network connection and the disk space, then run the same command again.")


if __name__ == "__main__":
    main()
