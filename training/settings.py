"""What was chosen for the model, and why; the figures are in docs/model-card.md."""

from __future__ import annotations

SEED = 7

KEPT_APART = "kept"
"""The hand that is never learned, in any language: it measures."""

ORDINARY_HAND = "k"
"""The hand that wrote nothing but ordinary talk: the gate weighs concepts against it."""

LAYERS, HEADS, WIDE = 2, 12, 768
"""The encoder's shape. More layers found little more and would cost more than 2 ms a message."""

PIECES = 26_000
"""How many word pieces it knows: those that the sentences use and the likeliest others."""

LONGEST = 66
"""How many pieces it reads at once, those at the ends included: three lines of a chat."""

ROUNDS, BATCH = 3, 48
PACE, PACE_OUT = 3e-4, 1e-3
"""The learning rates of the encoder, whose embeddings take twice that, and of its last layer."""
DROPPED = 0.1

ORDINARY = {"ordinary": 2_000, "second_person": 2_000, "third_person": 500, "media_talk": 500}
"""How many lines each grammar of ordinary talk writes."""

TALK_AT_FIRST = 12_000
"""How many lines of openly licensed talk are learned in the first round."""
TALK_PER_LANGUAGE = 4_500
"""How many lines of a language are looked through after it, for those taken for something."""
TALK_HARD, TALK_OTHER = 14_000, 24_000
"""How many of those looked through are learned afterwards: those most taken, and others."""

GRAMMAR_WEIGHT, TALK_WEIGHT = 0.4, 0.7
"""What a line of a grammar or of talk counts, next to a sentence that a hand wrote."""

GATE = 540
"""From which sum of hundredths of log odds on the model is asked."""

THREAT, RUN, DISCLOSURE = 0.9993, 0.9997, 0.95
"""From which probability on the model speaks: of a threat in one message, of one that was put
together from several, and of somebody telling. Chosen so that ordinary chat is left alone."""

TOLD, DOUBTED = 0.95, 0.997
"""From which probability on a threat that rules found is taken for somebody telling of one, and a
disclosure that they found for innocent: one or two in a hundred of what they find rightly."""

GLANCE = -1.0
"""From which log odds by its pieces alone a text is read: two of three ordinary lines that the gate
lets through are spared, and one in fifty of what the model would find is not read."""

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
