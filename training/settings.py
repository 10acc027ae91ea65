"""What was chosen for the model, and why; the figures are in docs/model-card.md."""

from __future__ import annotations

SEED = 7

LANGUAGES = ("en",)
"""What the model learns: languages of which there are grammars of ordinary talk as well. Without
them it took ordinary chat for threats, because it knew the words from threats only. The sentences
of other languages measure their rules."""

BUCKETS = 1 << 16
"""Places for the weights of features; more made no difference, fewer did."""

ORDINARY = {"ordinary": 4_000, "second_person": 4_000, "third_person": 1_200, "media_talk": 1_800}
"""How many lines each grammar of ordinary talk writes."""

LONG = 500
"""How many long texts are put together from ordinary lines and innocent sentences."""

ORDINARY_WEIGHT = 0.3
"""What a line of a grammar counts, next to a sentence that somebody wrote."""

INNOCENT_WEIGHT = 2.0
"""What an innocent sentence that somebody wrote counts, next to a threat."""

STRENGTH = 30.0
"""The inverse of the regularisation."""

KNOWN = 0.5
"""Which share of a text's words must have been learned, or the model keeps silent."""

GATE = 540
"""From which sum of hundredths of log odds on the model is asked."""

THREAT, RUN, DISCLOSURE = 0.9, 0.94, 0.6
"""From which probability on the model speaks: of a threat in one message, of one that was put
together from several, and of somebody telling. Chosen so that ordinary chat is left alone."""

TELLS = 0.5
"""A text half as likely to be a disclosure as a threat is taken for a disclosure."""

SILENT = (
    "commission",
    "debt",
    "fiction",
    "game",
    "joke",
    "news",
    "permission",
    "retort",
    "trade",
    "warning",
)
"""Concepts beside which the model keeps silent: play and stories, talk about the crime, business,
and the answer of somebody who is threatened. Rules that are sure still fire."""
