"""What README and Makefile say can be typed, can be typed."""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Iterable
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


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_requirement_is_locked_with_its_hash_and_comes_from_nowhere_special(
    name: str,
) -> None:
    lock = read(ROOT / name)
    entries = re.split(r"\n(?=\S)", lock.strip())

    assert [e for e in entries if not re.match(r"[a-z0-9._-]+==\S+( ; .*)? \\\n +--hash=", e)] == []
    assert re.findall(r"^#|^-|https?://|file:|/home|/root", lock, re.MULTILINE) == []


def named(requirements: Iterable[str]) -> set[str]:
    """The packages that are asked for, by the names that lock files use."""
    names = (re.split(r"[\[<>=!~ ;]", each)[0] for each in requirements)
    return {re.sub(r"[._]", "-", name.lower()) for name in names}


def locked(name: str) -> set[str]:
    """The lines of a lock file that name a package and its version."""
    return set(re.findall(r"^[a-z0-9.-]+==\S+", read(ROOT / name), re.MULTILINE))


def test_everything_that_the_project_asks_for_is_locked() -> None:
    project = tomllib.loads(read(ROOT / "pyproject.toml"))
    to_run = named(
        [
            *project["project"]["dependencies"],
            *(r for extra in project["project"]["optional-dependencies"].values() for r in extra),
        ]
    )
    # whoever trains the model anew has uv; nobody else needs what that takes
    tools = named([*project["dependency-groups"]["dev"], *project["build-system"]["requires"]])

    assert to_run - named(locked("requirements.lock")) == set()
    assert (to_run | tools) - named(locked("requirements-dev.lock")) == set()


def test_who_runs_the_bot_installs_no_tools() -> None:
    project = tomllib.loads(read(ROOT / "pyproject.toml"))

    running = locked("requirements.lock")
    assert running < locked("requirements-dev.lock")
    assert named(running) & named(project["dependency-groups"]["dev"]) == set()
    for document in ("docs/install.md", "docs/operate.md"):
        assert "requirements-dev" not in read(ROOT / document)
