"""What a weight format does to answers, as far as it has been measured.

Source: Kurtic et al., "Give Me BF16 or Give Me Death?", ACL 2025 (arXiv 2411.02355v4), Llama-3.1 8B to 405B on academic
and real-world tasks: FP8 lossless at every size, well-tuned INT8 1 to 3 % down, 4-bit weights on a par with INT8. Other
families, and MXFP4, were not in it: measure on your own prompts before you rely on a step.
"""

from headway.domain.model_card import Precision
from headway.recipes.candidate import Candidate

MEASURED: dict[Precision, str] = {
    "16bit": "as published",
    "fp8": "no loss measured",
    "int8": "1 to 3 % lower scores",
    "awq": "about as 8-bit integers: 1 to 3 % lower scores",
    "gptq": "about as 8-bit integers: 1 to 3 % lower scores",
    "mxfp4": "as published where the model is native to it, else not measured",
}
"""Against 16-bit weights."""


def quality(chosen: Candidate, other: Candidate) -> str:
    """What answers lose or gain by going from one candidate to the other."""
    notes = []
    if other.precision != chosen.precision:
        notes.append(f"{other.precision} for {chosen.precision} weights ({MEASURED[other.precision]})")
    if other.kv_precision != chosen.kv_precision:
        notes.append(f"{other.kv_precision} KV cache for {chosen.kv_precision} (not measured)")
    return ", ".join(notes) or "the same"
