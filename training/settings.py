"""What was chosen for the model, and why; the figures are in docs/model-card.md."""

from __future__ import annotations

SEED = 7

KEPT_APART, EVERYDAY, DRAWN = "kept", "everyday", "drawn"
"""The hands that are never learned, in any language: they measure. The second wrote nothing but
ordinary talk, half of it in words that threats have too; the third to situations that were drawn
by lot, so that it could not come back to those that come to mind first."""

ORDINARY_HANDS = ("k", "t")
"""The hands that wrote nothing but ordinary talk: the gate weighs concepts against theirs."""

LAYERS, HEADS, WIDE = 2, 12, 768
"""The encoder's shape."""

MORE_LAYERS = 2
"""How many layers more there are while it learns, with an opinion of their own. They are not
shipped: read with them, texts were told apart no better, and reading took twice as long."""

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

TALK_AT_FIRST = 20_000
"""How many lines of openly licensed talk are learned in the first round."""
TALK_PER_LANGUAGE = 10_000
"""How many lines of a language are looked through after it, for those taken for something."""
TALK_HARD, TALK_OTHER = 22_000, 28_000
"""How many of those looked through are learned afterwards: those most taken, and others."""

GRAMMAR_WEIGHT, TALK_WEIGHT = 0.4, 0.7
"""What a line of a grammar or of talk counts, next to a sentence that a hand wrote."""

GATE = 540
"""From which sum of hundredths of log odds on the model is asked about a text, by its concepts and
a glance at its pieces."""

GATE_TOGETHER, GATE_LAST = 400, 100
"""From which sum on several messages are put together for that: by the concepts of all, and by
those of the last one and a glance at it."""

GLANCE_COUNTS, GLANCE_AT_MOST = 100, 300
"""What the log odds of the glance count in that sum, and how much at most."""

THREAT, RUN, DISCLOSURE = 0.998, 0.9993, 0.97
"""From which probability on the model speaks: of a threat in one message, of one that was put
together from several, and of somebody telling. Chosen so that ordinary chat is left alone."""

TOLD = 0.95
"""From which probability on a threat that rules found is taken for somebody telling of one."""

GLANCE = -1.0
"""From which log odds by its pieces alone a text is read, whatever its concepts weigh."""

TELLS = 0.5
"""A text half as likely to be a disclosure as a threat is taken for a disclosure."""

SILENT = ("fiction", "game", "news", "permission", "retort", "warning")
"""Concepts beside which the model keeps silent: play, stories, news, what was agreed, warnings, and
the answer of somebody who is threatened. Rules that are sure still fire."""
