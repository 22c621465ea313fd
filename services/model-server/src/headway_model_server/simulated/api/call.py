"""One call of the API: what is asked, by whom it is answered, and how its answer looks."""

from dataclasses import dataclass
from typing import Literal

from headway_model_server.simulated.api.answer import Wish
from headway_model_server.simulated.api.prompt import Prompt

Kind = Literal["chat", "completion"]


@dataclass(frozen=True, slots=True)
class Call:
    """A valid request for tokens."""

    kind: Kind
    model: str
    """The name that was asked for, which answers repeat."""
    prompts: tuple[Prompt, ...]
    """One for a chat; a completion may have several."""
    n: int
    """Answers to each prompt."""
    wish: Wish
    stream: bool
    include_usage: bool
    echo: bool
    seed: int | None
    salt: str
    """Prefixes are shared only among calls with the same one."""

    @property
    def prompt_tokens(self) -> int:
        """Tokens of all prompts, each counted once."""
        return sum(prompt.tokens for prompt in self.prompts)
