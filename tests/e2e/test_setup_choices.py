"""What /setup lets one choose, and what it says where a choice cannot work."""

from __future__ import annotations

from tests.e2e.test_setup import setting_page, stored
from tests.e2e.town import Town


async def test_every_language_can_be_chosen_and_is_shown_as_chosen(town: Town) -> None:
    page = await setting_page(town, "language")
    offered = [value for menu in page.selects for value in menu.options]
    assert offered == ["as-server", *town.bot.bot.parts.texts.languages]
    assert [len(menu.options) <= 25 for menu in page.selects] == [True, True]

    await town.owner.selects(page, page.selects[1].custom_id, ["nl"])
    assert stored(town) == {"language": "nl"}
    assert "**Now:** Nederlands (chosen in this server)" in page.text
    assert [menu.chosen for menu in page.selects] == [(), ("nl",)]
