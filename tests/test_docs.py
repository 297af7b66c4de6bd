"""The README is true: its commands exist, its links resolve, and help texts answer."""
from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path("README.md").read_text(encoding="utf-8")
DOCS = ["README.md", "knowledge/README.md", "data/README.md", "evaluation/README.md", "widget/README.md", "docs/slack.md", "docs/telegram.md",
        "SECURITY.md", "PRIVACY.md", "deploy/README.md"]


def test_every_make_command_in_the_documents_exists():
    targets = set(re.findall(r"^([a-z-]+):", Path("Makefile").read_text(encoding="utf-8"), re.M))
    named = {name for doc in DOCS for name in re.findall(r"(?:`|^    )make ([a-z][a-z-]+)", Path(doc).read_text(encoding="utf-8"), re.M)}
    assert {"run", "test", "chat", "train", "validate", "lint", "help"} <= named | {"help"}
    assert {name for name in named if name not in targets} == set()


@pytest.mark.parametrize("doc", DOCS)
def test_links_and_named_files_resolve(doc):
    text = Path(doc).read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        if not link.startswith("http"):
            assert (Path(doc).parent / link).exists(), link
    for room in re.findall(r"^\| `([a-z_]+/)` \|", text, re.M):
        assert (Path(doc).parent / room).is_dir(), room


def test_make_help_lists_the_commands():
    listed = subprocess.run(["make", "help"], capture_output=True, text=True).stdout
    for name in ("run", "chat", "train", "test", "validate", "lint"):
        assert re.search(rf"^{name} ", listed, re.M)


@pytest.mark.parametrize("module", [
    "addons.channels.web.ratings", "evaluation.ranking", "evaluation.preview", "evaluation.growth", "knowledge.new_exercise", "addons.model_sum",
    "evaluation.soak", "tests.fuzz.run",
    "addons.serve", "addons.chat", "evaluation.replies", "evaluation.figures", "evaluation.evaluate", "evaluation.bench", "knowledge.validate"])
def test_help_texts_answer(module):
    shown = subprocess.run([sys.executable, "-m", module, "--help"], capture_output=True, text=True)
    assert shown.returncode == 0 and "usage:" in shown.stdout


def test_the_example_answers_of_the_readme_are_real(talk):
    question = re.search(r"> (does the inverted leg press work my calves\?)\n    (.+)", README)
    assert question.group(2) in talk.say(question.group(1)).text


def test_no_registry_host_and_no_machine_path_is_committed():
    files = subprocess.run(["git", "ls-files"], capture_output=True, text=True).stdout.split()
    for name in files:
        if name.endswith((".lock", ".in", ".txt", ".toml", "Makefile", ".yml")):
            text = Path(name).read_text(encoding="utf-8")
            assert "pypi.org" not in text and "registry.npmjs" not in text and "--index-url" not in text, name
