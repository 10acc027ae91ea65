"""What /setup lets one choose, and what it says where a choice cannot work."""

from __future__ import annotations

from bot.sandbox import Permission
from tests.e2e.test_case_threads import forum_of
from tests.e2e.test_setup import page_of, setting_page, stored
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


# -- where cases get their threads -----------------------------------------------------------------


async def test_a_forum_in_which_the_bot_may_not_work_is_refused_with_the_click(town: Town) -> None:
    forum = town.server.create_channel("cases", kind="forum", visible_to=[town.moderators])
    page = await setting_page(town, "case_forum")
    await town.owner.selects(page, "Choose a channel", [forum])

    assert f"Not saved: I may not work in {forum.mention}." in page.text
    assert (
        f"gear beside {forum.mention} → Permissions → Advanced permissions → NotAlone → green tick "
        "at: View Channel, Send Messages, Read Message History, Send Messages in Threads → Save"
    ) in page.text
    assert stored(town) == {}
    forum.allow(town.sandbox.bot, allow=Permission.VIEW_CHANNEL)
    await town.owner.selects(page, "Choose a channel", [forum])
    assert stored(town) == {"case_forum": str(forum.id)}


async def test_the_trial_looks_where_cases_get_their_posts(quiet_town: Town) -> None:
    town = quiet_town
    forum = forum_of(town)
    await town.start(case_threads="forum", case_forum="cases")
    page = page_of(await town.owner.runs("setup settings", channel=town.general))
    await town.owner.presses(page, "Test everything")

    assert f"✅ I can make posts for cases in {forum.mention}." in page.text.splitlines()
    assert {line.partition(" ")[0] for line in page.text.splitlines()[1:-1]} == {"✅"}
    forum.allow(
        town.sandbox.bot, allow=Permission.VIEW_CHANNEL, deny=Permission.SEND_MESSAGES_IN_THREADS
    )
    await town.owner.presses(page, "Test again")
    assert f"⚠️ I cannot make posts for cases in {forum.mention}." in page.text
    assert "green tick at: Send Messages in Threads → Save Changes" in page.text
    assert "⚠️ Forum for cases: `cases` does not exist any more, is not for this, is cl" in page.text
    assert list(town.server.threads.values()) == []


async def test_the_forum_is_asked_for_before_what_needs_it(town: Town) -> None:
    posts = "A post for each case in a private forum"
    forum = forum_of(town)
    page = await setting_page(town, "case_threads")
    await town.owner.selects(page, "Choose", [posts])
    needed = (
        "Not saved: posts for cases need a private forum. Choose one under **Forum for cases**, "
        "the step before **Where cases are talked about**."
    )
    assert page.text.splitlines()[-1] == needed

    await town.owner.presses(page, "Back")
    await town.owner.selects(page, "Choose a channel", [forum])
    await town.owner.presses(page, "Next")
    await town.owner.selects(page, "Choose", [posts])
    assert stored(town) == {"case_forum": str(forum.id), "case_threads": "forum"}
    await town.owner.presses(page, "Back")
    await town.owner.presses(page, "Use the default")
    assert page.text.splitlines()[-1] == needed


# -- who works on cases ----------------------------------------------------------------------------


async def test_the_trial_says_so_where_every_moderators_role_is_gone(town: Town) -> None:
    page = await setting_page(town, "moderator_roles")
    await town.owner.selects(page, "Choose a role", [town.moderators])
    town.server.delete_role(town.moderators)
    await town.sandbox.wait_for(town.owner.direct_messages)
    await town.owner.presses(page, "All settings")
    await town.owner.presses(page, "Test everything")

    assert "The moderators can see" not in page.text
    assert (
        "⚠️ No role that was chosen under **Moderators** lets anybody in any more, so only "
        "administrators can work on cases. To mend it: /setup settings, Moderators."
    ) in page.text.splitlines()
