"""Looks up known vulnerabilities of all that is locked, where the network allows it.

Exit status 1 when there is one that `scripts/accepted-vulnerabilities.txt` does not list with a
reason. A network that cannot be reached is said and does not fail. Asks https://osv.dev, by
pip-audit, and installs nothing.
"""

# ruff: noqa: INP001 - a program, not part of a package
from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ACCEPTED = ROOT / "scripts" / "accepted-vulnerabilities.txt"
PATIENCE_SECONDS = 180


def main() -> int:
    """Run the audit on the file named, requirements-dev.lock by default; its exit status."""
    lock = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "requirements-dev.lock"
    report = ask(lock)
    if report is None:
        return 0
    found = unaccepted(report, ACCEPTED.read_text("utf-8"))
    if found:
        sys.stderr.write("".join(map(describe, found)))
        sys.stderr.write(
            f"\naudit: {len(found)} KNOWN VULNERABILITIES. Raise the versions and run "
            f"'make lock', or list them in {ACCEPTED.relative_to(ROOT)} with the reason why "
            "they do no harm here.\n"
        )
        return 1
    sys.stdout.write(f"audit: nothing known against {len(report['dependencies'])} packages\n")
    return 0


def unaccepted(report: dict[str, Any], accepted: str) -> list[dict[str, Any]]:
    """The vulnerabilities in pip-audit's report that the list does not name with a reason."""
    reasons = read_accepted(accepted)
    return [v for v in vulnerabilities(report) if not reasons.keys() & v["ids"]]


def ask(lock: Path) -> dict[str, Any] | None:
    """pip-audit's report, or None when it has none to give."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--require-hashes"]
    command += ["--disable-pip", "--vulnerability-service", "osv", "--format", "json"]
    command += ["--progress-spinner", "off", "--timeout", "10"]
    try:
        run = subprocess.run(  # noqa: S603 - the arguments are written above
            command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )
        report: dict[str, Any] = json.loads(run.stdout)
    except subprocess.TimeoutExpired:
        sys.stdout.write("audit: skipped, osv.dev does not answer in time\n")
    except json.JSONDecodeError:
        reason = (run.stderr.strip().splitlines() or ["no output"])[-1]
        sys.stdout.write(f"audit: skipped, osv.dev cannot be asked ({reason[:200]})\n")
    else:
        return report
    return None


def vulnerabilities(report: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each vulnerability with its package and all the names that it goes by."""
    for package in report["dependencies"]:
        for found in package.get("vulns", ()):
            ids = {found["id"], *found.get("aliases", ())}
            yield {**found, "ids": ids, "package": f"{package['name']} {package['version']}"}


def read_accepted(text: str) -> dict[str, str]:
    """Identifiers and reasons, one pair a line; a line without a reason accepts nothing."""
    lines = (line.split(maxsplit=1) for line in text.splitlines() if not line.startswith("#"))
    return {words[0]: words[1] for words in lines if len(words) > 1}


def describe(vulnerability: dict[str, Any]) -> str:
    """A few lines for whoever must mend it."""
    fixed = ", ".join(vulnerability.get("fix_versions") or ["no version yet"])
    ids = ", ".join(sorted(vulnerability["ids"]))
    return f"\nVULNERABLE: {vulnerability['package']}: {ids} (fixed in: {fixed})\n"


if __name__ == "__main__":
    sys.exit(main())
