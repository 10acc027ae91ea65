"""What was chosen for the model, and why; the figures are in docs/model-card.md."""

from __future__ import annotations

SEED = 7

KEPT_APART, EVERYDAY, SCENES, PLAIN = "kept", "everyday", "scenes", "plain"
"""The hands that are never learned, in any language: they measure. The second wrote nothing but
ordinary talk, half of it in words that threats have too; the third to people and scenes that were
drawn by lot, without the words that come to mind first; the fourth what most people write, in the
plainest words."""

COMMON = "common"
"""Another such hand that measures; its other half is learned, as `ah`."""

CALM = "calm"
"""One that measures as well: harmless lines in 39 languages of the kinds that were most often taken
for threats. Its other half is in `al`."""

ABSENT = "absent"
"""And one in 17 languages: who threatens somebody to others, who tells of such a threat, and
harmless messages about somebody absent. `bb` wrote more of them."""

TWINS = "twins"
"""Another one: threats and disclosures in 20 languages, each with a harmless message
in nearly the same words."""

DRAWN = "drawn"
"""One that measures in English only: it wrote to the same lots as `ay`, in another voice."""

WAITING = ("ba",)
"""Hands that are to be learned next, and are only measured until then: see the model card. Before
`--further` learns them they are taken out of here."""

ORDINARY_HANDS = ("k", "l", "t")
"""The hands that wrote nothing but ordinary talk, in every language alike: the gate weighs concepts
against theirs."""

LAYERS, HEADS, WIDE = 2, 12, 768
"""The encoder's shape."""

PIECES = 26_000
"""How many word pieces it knows: those that the sentences use and the likeliest others."""

LONGEST = 66
"""How many pieces it reads at once, those at the ends included: three lines of a chat."""

ROUNDS, BATCH = 4, 64
"""With two rounds it knew its own sentences no better than others', so there was more to learn."""
THREADS = 1
"""How many threads compute: the same number gives the same sums in the same order. Two that share a
core would be a seventh faster than one alone, and five times slower beside other work."""
PUPILS = 1
"""How many learn side by side, each in its own order; after every round their mean goes on."""
FURTHER_TIMES, FURTHER_KNOWN, FURTHER_PACE = 2, 400_000, 0.67
"""Of a further lesson: how often new hands are learned in it, how many sentences of the others are
learned again beside them (more than there are: all), and which share of the pace it begins with:
less, so that little is forgotten."""
PACE, PACE_OUT = 3e-4, 1e-3
"""The learning rates of the encoder, whose embeddings take twice that, and of what each layer
makes of a text."""

ORDINARY = {"ordinary": 2_000, "second_person": 2_000, "third_person": 500, "media_talk": 500}
"""How many lines each grammar of ordinary talk writes."""

TALK_AT_FIRST = 20_000
"""How many lines of openly licensed talk are learned in the first round."""
TALK_PER_LANGUAGE = 10_000
"""How many lines of a language are looked through after each round but the last, for those that
were taken for something."""
TALK_GLANCE = -4.0
"""From which log odds by a glance on such a line is read."""
TALK_HARD, TALK_OTHER = 22_000, 18_000
"""How many of those looked through are learned afterwards: those most taken, and others."""

JOINED = 0.12
"""Which share of texts is learned together with ordinary ones of the same language."""
BARE, UNMARKED, MISTYPED = 0.16, 0.05, 0.1
"""Which share is learned without accents, without punctuation, and with letters left out or
swapped."""

TELLING_HANDS = ("ah", "ai", "aj", "ak", "al", "am", "an", "ao", "aq", "ay", "az", "bb")
"""The hands that wrote what most people write, which is common, or harmless messages in the words
of threats and of people who tell, or to lots of unusual ones, or about somebody absent: all of them
are few."""

GRAMMAR_WEIGHT, TALK_WEIGHT, VEILED_WEIGHT, TELLING_WEIGHT = 0.4, 0.7, 0.4, 2.0
"""What a line of a grammar or of talk counts, or a veiled threat, which alone could often be
harmless, or a line by those hands, next to another sentence that a hand wrote."""

HARMLESS = 0.15
"""Above which probability of innocence the model says nothing of a text, nor reads it to the end if
the first layer says so."""

GATE = 540
"""From which sum of hundredths of log odds on the model is asked about a text, by its concepts and
a glance at its pieces."""

GATE_TOGETHER, GATE_LAST = 400, 100
"""From which sum on several messages are put together for that: by the concepts of all, and by
those of the last one and a glance at it."""

GLANCE_COUNTS, GLANCE_AT_MOST = 100, 300
"""What the log odds of the glance count in that sum, and how much at most."""

THREAT, RUN, DISCLOSURE = 7.25, 7.5, 6.75
"""From which log odds on the model speaks: of a threat in one message, of one that was put together
from several, and of somebody telling. Chosen so that ordinary chat is left alone."""

LOW = 6.25
"""From which log odds on it says so at level low, where nobody looks unless a server wants it."""

AGREES = 9.25
"""From which log odds on a threat at medium that rules found becomes high, and advice is sent."""

CONCEPTS = 0.5
"""What the log odds of the concepts count beside the model's, which has seen them too."""

TOLD = 4.0
"""From which log odds of somebody telling of a threat against a threat on, what rules found to be
one is taken for telling, or at high for doubtful."""

MEANT = 6.0
"""From which log odds of a threat against somebody telling of one on, what rules take for telling
is a threat."""

SPARED, DISPUTED = 0.25, 3.0
"""Below which log odds, the concepts counted in, what rules found at medium becomes low, and a
threat at high medium: moderators look first, before somebody is written to."""

GRAVE = 2.0
"""From which log odds by a glance on a threat at high is not read: three in four, and hardly one of
those that read innocent."""

GLANCE = -1.0
"""From which log odds by its pieces alone a text is read, whatever its concepts weigh."""

TELLS = 0.5
"""A text half as likely to be a disclosure as a threat is taken for a disclosure."""

SILENT = (
    ("retort",),
    ("game", "obey_demand"),
    ("trivial", "joke"),
    ("trivial", "laughing"),
    ("fiction", "laughing"),
)
"""Concepts beside which, if all of them stand there, the model keeps silent unless it is surer by
three times `DOUBT`: the answer of somebody who is threatened, what is to be done about a game, and
a harmless object or a story that is laughed about. Rules that are sure still fire."""

DOUBTED = ("fiction", "game", "news", "permission", "warning")
"""Concepts beside each of which it must be surer: play, stories, news, what was agreed, and
warnings."""

DOUBT = 3.5
"""How much less log odds count beside those."""
