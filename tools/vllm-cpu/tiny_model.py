"""Writes a Llama that a CPU runs at once: two layers of random weights, the same bytes on every run.

Its tokenizer is byte-level BPE trained on the repository's own documents. Run with the environment of `build.sh`.
"""

import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

SEED = 1
VOCABULARY = 1024
CONTEXT_TOKENS = 2048
BEGIN, END, ROLE = "<|begin|>", "<|end|>", "<|role|>"
CHAT_TEMPLATE = (
    "{{ '<|begin|>' }}"
    "{% for message in messages %}{{ '<|role|>' + message['role'] + '\\n' + message['content'] + '<|end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|role|>assistant\\n' }}{% endif %}"
)


def tokenizer(texts: list[str]) -> PreTrainedTokenizerFast:
    """A byte-level tokenizer: any text has tokens, and no token is unknown."""
    bare = Tokenizer(models.BPE())
    bare.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bare.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[BEGIN, END, ROLE],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bare.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=bare, bos_token=BEGIN, eos_token=END, pad_token=END, chat_template=CHAT_TEMPLATE
    )


def model(words: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    """Hidden size 128, four heads, two of keys and values."""
    torch.manual_seed(SEED)
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=128,
        intermediate_size=256,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=CONTEXT_TOKENS,
        tie_word_embeddings=True,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
    )
    return LlamaForCausalLM(config).to(torch.bfloat16)


def main(folder: Path) -> None:
    """Writes model and tokenizer to a folder."""
    texts = [path.read_text() for path in sorted(Path("docs").rglob("*.md"))]
    words = tokenizer(texts)
    words.save_pretrained(folder)
    model(words).save_pretrained(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
