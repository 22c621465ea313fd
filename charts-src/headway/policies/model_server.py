"""Containers that serve a model with vLLM or SGLang, with the flags they are started with."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from headway.domain.runtime_image import Engine
from headway.policies.index import Index
from headway.policies.launcher import launch
from headway.policies.manifest import Field, Manifest
from headway.policies.pods import RUN_TO_END, Container, Pod

PORTS: dict[Engine, int] = {"vllm": 8000, "sglang": 30000}
"""What each listens on when nothing is said."""
_STARTS: tuple[tuple[str, Engine], ...] = (
    (r"(?:^|/)vllm$ serve$", "vllm"),
    (r"vllm\.entrypoints\.(?:openai\.)?api_server$", "vllm"),
    (r"sglang\.launch_server$", "sglang"),
)
_IMAGES: tuple[tuple[re.Pattern[str], Engine], ...] = (
    (re.compile(r"(?:^|/)vllm-openai(?:-[\w]+)*(?:[:@]|$)"), "vllm"),
    (re.compile(r"(?:^|/)(?:lmsysorg/)?sglang(?:[:@]|$)"), "sglang"),
)
"""Images whose own entry point is the server."""
_OWN_FLAGS = frozenset({"--gpu-memory-utilization", "--max-num-seqs", "--max-num-batched-tokens"})
_ANY_FLAGS = frozenset({"--model", "--served-model-name"})
"""One of each, and no command: the entry point of an image of one's own is vLLM."""
SHORT_FLAGS = {
    "-tp": "tensor-parallel-size",
    "-pp": "pipeline-parallel-size",
    "-dp": "data-parallel-size",
    "-q": "quantization",
}
_ENDS = frozenset({";", "&&", "||", "|", "&"})
_VARIABLE = re.compile(r"\$\((\w+)\)|\$\{(\w+)\}|\$(\w+)")
_VERSION = re.compile(r"(?:vllm|sglang)[\w.-]*:v?(0)\.(\d+)(?:\.(\d+))?")
"""Both engines are below 1.0: other numbers are those of whoever built the image."""
OTHER_NUMBERS = ("lmcache/", "docker.io/lmcache/")
"""Images named after the engine that carry the version of something else."""
Version = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class ModelServer:
    """One container that serves."""

    pod: Pod
    container: Container
    engine: Engine
    words: tuple[str, ...]
    """What follows the start of the engine: its arguments."""
    launcher_port: int | None = None
    """Port of the launcher in front of the engine, which is then the one that is listened on."""

    @cached_property
    def flags(self) -> dict[str, str | None]:
        """Flags with dashes, without the leading ones; `None` for a switch."""
        found: dict[str, str | None] = {}
        for position, word in enumerate(self.words):
            if word.startswith("--") or word in SHORT_FLAGS:
                name, equals, value = SHORT_FLAGS.get(word, word[2:]).partition("=")
                after = self.words[position + 1] if position + 1 < len(self.words) else "--"
                found[name.replace("_", "-")] = value if equals else None if after.startswith("--") else after
        return found

    def whole_number(self, *names: str) -> int | None:
        """A flag as a whole number, under any of its names; `None` where it is not stated as one."""
        for name in names:
            value = self.flags.get(name)
            if value and re.fullmatch(r"\d+", value):
                return int(value)
        return None

    @property
    def model(self) -> str | None:
        """The model it is told to serve, or `None` where that is not in the file."""
        stated = self.flags.get("model") or self.flags.get("model-path")
        first = self.words[0] if self.words and not self.words[0].startswith("-") else None
        return stated or (first if self.engine == "vllm" else None)

    @cached_property
    def served_names(self) -> tuple[str, ...]:
        """Names under which requests may ask for it; empty where they are not known."""
        for position, word in enumerate(self.words):
            if word.replace("_", "-") == "--served-model-name":
                rest = self.words[position + 1 :]
                end = next((i for i, w in enumerate(rest) if w.startswith("--")), len(rest))
                return tuple(rest[:end])
            if word.replace("_", "-").startswith("--served-model-name="):
                return (word.partition("=")[2],)
        return (self.model,) if self.model else ()

    @property
    def port(self) -> int | None:
        """The port it listens on, or `None` where the flag is no number or a configuration file may say it."""
        if self.launcher_port is not None:
            return self.launcher_port
        if "config" in self.flags or ("port" in self.flags and self.whole_number("port") is None):
            return None
        return self.whole_number("port") or PORTS[self.engine]

    @property
    def answers(self) -> bool:
        """Whether it answers requests: not a further member of a group, which only computes."""
        return "headless" not in self.flags and self.flags.get("node-rank", "0") in ("0", None)

    @property
    def version(self) -> Version | None:
        """Version of the engine by the image's tag, or `None` where the image does not tell."""
        image = self.container.image
        match = None if image.startswith(OTHER_NUMBERS) else _VERSION.search(image)
        return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else None

    @property
    def follows_upstream(self) -> bool:
        """Whether the image is whatever was released last."""
        image = self.container.image
        return "@" not in image and image.endswith((":latest", ":nightly", "/vllm-openai"))

    def place(self, text: str) -> Field:
        """Where a word of its arguments stands, else the container."""
        for key in ("args", "command"):
            for word in self.container.each(key):
                if text in (word.scalar() or ""):
                    return word
        return self.container


def model_servers(index: Index) -> list[ModelServer]:
    """Every serving container of workloads that are meant to stay; use with `Index.derive`."""
    return [
        server
        for pod in index.pods
        if pod.owner.kind not in RUN_TO_END or pod.owner.kind == "Pod"
        for container in pod.containers
        for server in _servers(pod, container)
    ]


def answering_servers(index: Index) -> list[ModelServer]:
    """Those that answer requests: not the further members of a group, which only compute; use with `Index.derive`."""
    return [server for server in index.derive(model_servers) if server.answers]


def _servers(pod: Pod, container: Container) -> Iterator[ModelServer]:
    words = tuple(_filled_in(word, container) for word in flat(container.arguments))
    if launched := launch(words, container.image, bool(container.each("command"))):
        yield ModelServer(pod, container, launched.engine, _until_end(launched.engine_words), launched.port)
        return
    for position in range(len(words)):
        for pattern, engine in _STARTS:
            if end := _starts(words, position, pattern):
                yield ModelServer(pod, container, engine, _until_end(words[end:]))
                return
    if container.each("command"):
        return
    for image, engine in _IMAGES:
        if image.search(container.image):
            yield ModelServer(pod, container, engine, _until_end(words))
            return
    flags = {word.partition("=")[0].replace("_", "-") for word in words}
    if flags & _OWN_FLAGS and flags & _ANY_FLAGS:
        yield ModelServer(pod, container, "vllm", _until_end(words))


def _filled_in(word: str, container: Container) -> str:
    """A word with variables that have a literal value in the container; the others stay as they are."""
    return _VARIABLE.sub(lambda found: container.variable(found[1] or found[2] or found[3]) or found[0], word)


def _starts(words: tuple[str, ...], position: int, pattern: str) -> int:
    parts = pattern.split(" ")
    here = words[position : position + len(parts)]
    matches = len(here) == len(parts) and all(re.search(part, word) for part, word in zip(parts, here, strict=True))
    return position + len(parts) if matches else 0


def _until_end(words: tuple[str, ...]) -> tuple[str, ...]:
    end = next((position for position, word in enumerate(words) if word in _ENDS), len(words))
    return words[:end]


def flat(arguments: tuple[str, ...]) -> tuple[str, ...]:
    """Words of a command line; a script of `sh -c` is split as the shell would."""
    words: list[str] = []
    for argument in arguments:
        script = " " in argument or "\n" in argument
        words += _split(argument) if script and not argument.lstrip().startswith(("{", "[")) else [argument]
    return tuple(words)


def _split(script: str) -> list[str]:
    lines = [line for line in script.replace("\\\n", " ").splitlines() if not line.lstrip().startswith("#")]
    lexer = shlex.shlex(" ; ".join(lines), posix=True, punctuation_chars=";&|")
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        return list(lexer)
    except ValueError:
        return script.split()


def servers_by_pod(index: Index) -> dict[int, list[ModelServer]]:
    """Serving containers by the identity of their pod; use with `Index.derive`."""
    found: dict[int, list[ModelServer]] = {}
    for server in index.derive(model_servers):
        found.setdefault(id(server.pod), []).append(server)
    return found


def servers_behind(index: Index, service: Manifest) -> tuple[list[Pod], list[ModelServer]]:
    """Pods that a Service selects, and the servers in them."""
    pods = index.selected(service, service.labels("spec", "selector"))
    known = index.derive(_servers_by_selection)
    if pods and id(pods) not in known:
        servers = index.derive(servers_by_pod)
        known[id(pods)] = [server for pod in pods for server in servers.get(id(pod), ())]
    return pods, known.get(id(pods), []) if pods else []


def _servers_by_selection(_: Index) -> dict[int, list[ModelServer]]:
    """Filled as Services ask: those with one selector share the list of pods that the index keeps."""
    return {}
