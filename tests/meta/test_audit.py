"""The audit of dependencies fails on what is known and not accepted, and on nothing else."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "audit.py"
REPORT: dict[str, Any] = {
    "dependencies": [
        {"name": "sound", "version": "1.0", "vulns": []},
        {"name": "skipped", "skip_reason": "not found"},
        {
            "name": "holed",
            "version": "2.0",
            "vulns": [
                {"id": "PYSEC-2026-1", "aliases": ["CVE-2026-1"], "fix_versions": ["2.1"]},
                {"id": "PYSEC-2026-2", "aliases": [], "fix_versions": []},
            ],
        },
    ],
    "fixes": [],
}


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("audit", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_known_vulnerability_is_told_loudly(audit: ModuleType) -> None:
    first, second = audit.unaccepted(REPORT, "# a comment\n")

    assert audit.describe(first) == (
        "\nVULNERABLE: holed 2.0: CVE-2026-1, PYSEC-2026-1 (fixed in: 2.1)\n"
    )
    assert audit.describe(second) == (
        "\nVULNERABLE: holed 2.0: PYSEC-2026-2 (fixed in: no version yet)\n"
    )


def test_one_that_is_accepted_with_a_reason_is_not_told(audit: ModuleType) -> None:
    accepted = "# a comment\n\nCVE-2026-1 never called\nPYSEC-2026-2 nor this\n"

    assert audit.unaccepted(REPORT, accepted) == []


def test_accepting_without_a_reason_does_not_count(audit: ModuleType) -> None:
    left = audit.unaccepted(REPORT, "CVE-2026-1\nPYSEC-2026-2 harmless here\n")

    assert [v["id"] for v in left] == ["PYSEC-2026-1"]


def test_what_is_not_known_to_the_audit_does_not_fail_it(audit: ModuleType) -> None:
    sound = {"dependencies": REPORT["dependencies"][:2], "fixes": []}

    assert audit.unaccepted(sound, "") == []
