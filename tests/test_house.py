"""Rules of the house that are about files and not about behaviour."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Put together here, so that this file does not hold what it looks for.
INDEXES = ["py" + "pi.org", "python" + "hosted", "registry." + "npmjs", "deb." + "debian"]


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_pins_are_plain_lines():
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    assert lines == sorted(lines, key=str.lower)
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)] == []


def test_no_file_names_a_package_index():
    texts = {path.name: path.read_bytes() for path in tracked()}
    assert [
        (name, index) for name, text in texts.items() for index in INDEXES if index.encode() in text
    ] == []


@pytest.mark.parametrize(
    ("package", "stranger"),
    [("pipelines", "sandbox"), ("pipelines", "canon"), ("sandbox", "canon"), ("sandbox", "pipelines")],
)
def test_packages_do_not_know_each_other(package, stranger):
    imports = re.compile(rf"^\s*(?:from|import) {stranger}\b", re.MULTILINE)
    assert [path.name for path in (ROOT / package).rglob("*.py") if imports.search(path.read_text())] == []


def test_every_setting_is_documented():
    documented = (ROOT / "docs/settings.md").read_text()
    used = set()
    for path in [*(ROOT / "canon").rglob("*.py"), *(ROOT / "pipelines").rglob("*.py")]:
        used |= set(re.findall(r"\bCANON_[A-Z_]+\b", path.read_text()))
    assert [name for name in sorted(used) if name not in documented] == []
