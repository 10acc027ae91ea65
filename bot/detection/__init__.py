"""Text and conversation → Assessment: pure, without Discord, database or clock."""

from bot.detection.catalogue import CatalogueError
from bot.detection.conversations import Conversations
from bot.detection.detector import Detector
from bot.detection.explaining import Explanation
from bot.detection.loading import load_detector, spare_what_stays
from bot.detection.reading import Reading

__all__ = [
    "CatalogueError",
    "Conversations",
    "Detector",
    "Explanation",
    "Reading",
    "load_detector",
    "spare_what_stays",
]
