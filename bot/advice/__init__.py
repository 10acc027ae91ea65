"""What people are told: the texts of each language, and where to find help in each country."""

from bot.advice.country import guess_country
from bot.advice.files import AdviceFileError
from bot.advice.pages import direct_message, help_answer, help_pages
from bot.advice.resources import Resources, load_resources
from bot.advice.texts import Language, Texts, load_texts

__all__ = [
    "AdviceFileError",
    "Language",
    "Resources",
    "Texts",
    "direct_message",
    "guess_country",
    "help_answer",
    "help_pages",
    "load_resources",
    "load_texts",
]
