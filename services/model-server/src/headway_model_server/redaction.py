"""What a line of an engine's log may say further on: nothing that a client or a model wrote."""

import re

ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
TEXT_OF_A_REQUEST = re.compile(
    r"""(?ix) \b(?: prompts? | prompt_text | prompt_token_ids | prompt_embeds | messages | input_ids | input_text
    | token_ids | outputs? | output_text | completion | content ) ["']? \s* [:=] .* """
)
LONGEST = 2_000
"""Characters kept of a line; engines print whole configurations."""


def redacted(line: str) -> str:
    """The line without colours and without anything behind a key that holds text of a request or an answer."""
    plain = ESCAPES.sub("", line).rstrip()
    kept = TEXT_OF_A_REQUEST.sub(_left_out, plain)
    return kept if len(kept) <= LONGEST else f"{kept[:LONGEST]} … ({len(kept) - LONGEST} characters left out)"


def _left_out(found: re.Match[str]) -> str:
    key = re.split(r"[:=\s]", found.group(0), maxsplit=1)[0]
    return f"{key}: (left out)"
