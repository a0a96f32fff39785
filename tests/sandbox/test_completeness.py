"""No fault, no action and no switch without a test."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from sandbox.faults import KINDS
from sandbox.hubspot import actions as hubspot
from sandbox.salesforce import actions as salesforce
from sandbox.switches import Switches

WORDS = {
    word for path in Path(__file__).parent.glob("test_*.py") for word in re.findall(r"\w+", path.read_text())
}


@pytest.mark.parametrize(
    "names", [KINDS, salesforce.VERBS, hubspot.VERBS, [entry.name for entry in fields(Switches)]]
)
def test_each_is_tested(names: list[str]) -> None:
    assert set(names) - WORDS == set()
