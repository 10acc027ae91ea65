"""Rules about the source that no linter checks."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    path
    for folder in ("bot", "cogs", "bench", "tests", "scripts")
    for path in (ROOT / folder).rglob("*.py")
)
SHIPPED = [path for path in SOURCES if path.relative_to(ROOT).parts[0] in ("bot", "cogs")]
Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def parsed(paths: list[Path]) -> Iterator[tuple[str, ast.Module]]:
    """Every file's name and syntax tree."""
    for path in paths:
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text("utf-8"))


def test_nothing_is_mocked() -> None:
    """Where a mock is wanted, the border is in the wrong place; there is a sandbox to talk to."""
    mocks = {"mock", "unittest", "unittest.mock", "pytest_mock", "dpytest"}

    assert [name for name, module in parsed(SOURCES) if mocks & set(imported(module))] == []


def test_nothing_asks_for_the_installed_package() -> None:
    """Where only the requirements are installed there is none; `bot.__version__` is there."""
    assert [
        name for name, module in parsed(SHIPPED) if "importlib.metadata" in imported(module)
    ] == []


def test_the_domain_is_the_standard_library_and_nothing_else() -> None:
    domain = [path for path in SHIPPED if path.is_relative_to(ROOT / "bot" / "domain")]

    assert [
        (name, module)
        for name, tree in parsed(domain)
        for module in imported(tree)
        if not f"{module}.".startswith("bot.domain.")
        and module.partition(".")[0] not in sys.stdlib_module_names
    ] == []


def test_only_storage_knows_sqlalchemy() -> None:
    others = [path for path in SHIPPED if not path.is_relative_to(ROOT / "bot" / "storage")]

    assert [
        (name, module)
        for name, tree in parsed(others)
        for module in imported(tree)
        if module.partition(".")[0] in ("sqlalchemy", "alembic")
    ] == []


def test_what_is_public_says_what_it_promises() -> None:
    silent = [
        f"{name}: {node.name}"
        for name, module in parsed(SHIPPED)
        for node in public(module)
        if not ast.get_docstring(node)
    ]
    assert silent == []


def test_a_module_says_what_it_alone_knows() -> None:
    silent = [
        name for name, module in parsed(SHIPPED) if module.body and not ast.get_docstring(module)
    ]

    assert silent == []


def test_an_operator_can_look_up_what_the_log_says() -> None:
    logged = {event for _, module in parsed(SHIPPED) for event in troubles(module)}
    explained = (ROOT / "docs" / "operate.md").read_text("utf-8")

    assert len(logged) > 20
    assert [event for event in sorted(logged) if f"`{event}`" not in explained] == []


def troubles(module: ast.Module) -> Iterator[str]:
    """What is logged as a warning or an error."""
    for node in ast.walk(module):
        match node:
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Name("_log"), attr="warning" | "error" | "exception" | "critical"
                ),
                args=[ast.Constant(str(event)), *_],
            ):
                yield event


def imported(module: ast.Module) -> Iterator[str]:
    """Every module that is imported, wherever it is imported."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""


def public(within: Documented) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """Classes and functions whose names have no underscore in front, at any depth of classes."""
    for node in within.body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.name.startswith("_"):
            continue
        yield node
        if isinstance(node, ast.ClassDef):
            yield from public(node)
