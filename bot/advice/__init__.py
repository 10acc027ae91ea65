"""What people are told: the texts of each language, and where to find help in each country."""

from bot.advice.country import guess_country
from bot.advice.files import AdviceFileError
from bot.advice.listing import help_pages
from bot.advice.pages import (
    Situation,
    answer_to_direct_message,
    crisis_answer,
    crisis_page,
    direct_message,
    help_answer,
    message_page,
    report_page,
    situation_page,
    situations_of,
)
from bot.advice.resources import Resources, load_resources
from bot.advice.texts import Language, Texts, load_texts

__all__ = [
    "AdviceFileError",
    "Language",
    "Resources",
    "Situation",
    "Texts",
    "answer_to_direct_message",
    "crisis_answer",
    "crisis_page",
    "direct_message",
    "guess_country",
    "help_answer",
    "help_pages",
    "load_resources",
    "load_texts",
    "message_page",
    "report_page",
    "situation_page",
    "situations_of",
]
