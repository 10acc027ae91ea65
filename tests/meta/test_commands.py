"""What README and Makefile say can be typed, can be typed."""

from __future__ import annotations

import re
import stat
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PROMISED = {"setup", "demo", "test", "check", "bench"}


def read(path: Path) -> str:
    return path.read_text("utf-8")


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", read(ROOT / "Makefile"), re.MULTILINE))


def test_the_makefile_has_what_is_promised() -> None:
    assert targets() >= PROMISED


def test_the_readme_begins_with_the_demo_and_the_tests() -> None:
    first_screen = "\n".join(read(ROOT / "README.md").splitlines()[:60])

    assert [word for word in ("make demo", "make test") if word not in first_screen] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_command_in_a_document_exists(document: Path) -> None:
    code = "\n".join(re.findall(r"`+[^`]+`+", read(document)))
    typed = set(re.findall(r"\bmake ([a-z]+)", code))

    assert typed - targets() == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_a_document_links_to_exists(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", read(document))

    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_check_runs_the_tests_by_the_command_of_the_readme() -> None:
    check = read(ROOT / "Makefile").partition("\ncheck:")[2].partition("\n\n")[0]

    assert re.search(r"scripts/with-postgres \$\(MAKE\) .*test$", check, re.MULTILINE)
    for tool in ("ruff format --check", "ruff check", "mypy", "lint-imports", "export-lock"):
        assert tool in check


@pytest.mark.parametrize(
    "path", [".ci/run", "scripts/setup", "scripts/with-postgres", "scripts/export-lock"]
)
def test_a_script_can_be_run(path: str) -> None:
    assert (ROOT / path).stat().st_mode & stat.S_IXUSR
    assert read(ROOT / path).startswith("#!")


def test_every_requirement_is_locked_with_its_hash_and_comes_from_nowhere_special() -> None:
    lock = read(ROOT / "requirements.lock")
    entries = re.split(r"\n(?=\S)", lock.strip())

    assert [e for e in entries if not re.match(r"[a-z0-9._-]+==\S+( ; .*)? \\\n +--hash=", e)] == []
    assert re.findall(r"^#|^-|https?://|file:|/home|/root", lock, re.MULTILINE) == []


def test_everything_that_the_project_asks_for_is_locked() -> None:
    project = tomllib.loads(read(ROOT / "pyproject.toml"))
    asked = [
        *project["project"]["dependencies"],
        *(r for extra in project["project"]["optional-dependencies"].values() for r in extra),
        # whoever trains the model anew has uv; nobody else needs what that takes
        *(
            r
            for name, group in project["dependency-groups"].items()
            if name != "train"
            for r in group
        ),
        *project["build-system"]["requires"],
    ]
    names = {re.split(r"[\[<>=!~ ;]", r)[0].lower().replace("_", "-") for r in asked}
    locked = set(re.findall(r"^([a-z0-9.-]+)==", read(ROOT / "requirements.lock"), re.MULTILINE))

    assert {name.replace(".", "-") for name in names} - locked == set()
