"""The guide's sample of a rule can be pasted as it stands."""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.detection import load_detector
from bot.detection.catalogue import read_rules
from bot.domain.message import Message, Person, Window

ROOT = Path(__file__).parents[2]
RULES = ROOT / "bot" / "detection"


def sample() -> str:
    guide = (ROOT / "docs" / "write-rules.md").read_text("utf-8").partition("## Adding a rule")[2]
    return guide.partition("```yaml\n")[2].partition("```\n")[0]


def test_the_sample_of_a_rule_can_be_pasted(tmp_path: Path) -> None:
    shutil.copy(RULES / "concepts.yaml", tmp_path)
    for folder in ("languages", "rules"):
        shutil.copytree(RULES / folder, tmp_path / folder)
    with (tmp_path / "rules" / "images.yaml").open("a", encoding="utf-8") as file:
        file.write(f"\n{sample()}")
    detector = load_detector(tmp_path)
    rule = next(rule for _, rule in read_rules(tmp_path) if rule.id == "my-rule")

    def fired(text: str) -> list[str]:
        assessment = detector.assess(Window(Message(1, 1, Person(1, "x"), text, 1.0)))
        return [finding.rule for finding in assessment.findings]

    assert ["my-rule" in fired(str(text)) for text in (*rule.match, *rule.no_match)] == [
        True,
        False,
    ]
