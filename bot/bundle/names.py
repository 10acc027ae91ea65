"""What the files of a bundle are called, and which there are."""

from __future__ import annotations

REPORT = "report.html"
CASE = "case.json"
MESSAGES = "messages.jsonl"
CUSTODY = "custody.jsonl"
HOW_TO_VERIFY = "HOW_TO_VERIFY.txt"
PUBLIC_KEY = "public-key.pem"
MANIFEST = "MANIFEST.sha256"
SIGNATURE = "MANIFEST.sha256.sig"

LISTED = tuple(sorted((CASE, CUSTODY, HOW_TO_VERIFY, MESSAGES, PUBLIC_KEY, REPORT)))
"""What the manifest lists, in its order. The signature is over the manifest."""
EVERY = (*LISTED, MANIFEST, SIGNATURE)
