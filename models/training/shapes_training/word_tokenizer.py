"""Tokenizers of CLIP's kind whose vocabularies are a few words.

Byte-level byte pair encoding as CLIP has it: text is made lower case and split
into words, the last character of a word is marked with `</w>`, and neighbours are
merged, those first whose merge stands first in the list.  The words that a tokenizer
is made for are one token each; any other text falls into smaller pieces.
"""

import re
from functools import cache

START, END = "<|startoftext|>", "<|endoftext|>"
END_OF_WORD = "</w>"
# CLIP's pattern, for ASCII: contractions, letters, single digits, other signs.
_PATTERN = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|[^\s\w]+|_+")


@cache
def byte_characters() -> dict[int, str]:
    """A printable character for each byte, as GPT-2 and CLIP choose them."""
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    characters = {byte: chr(byte) for byte in printable}
    characters.update({byte: chr(256 + i) for i, byte in enumerate(others)})
    return characters


def _pieces(word: str) -> list[str]:
    characters = [byte_characters()[byte] for byte in word.encode()]
    return [*characters[:-1], characters[-1] + END_OF_WORD]


def _merged(pieces: list[str], pair: tuple[str, str]) -> list[str]:
    """`pieces` with every neighbouring `pair` made one."""
    result: list[str] = []
    position = 0
    while position < len(pieces):
        if tuple(pieces[position : position + 2]) == pair:
            result.append("".join(pair))
            position += 2
        else:
            result.append(pieces[position])
            position += 1
    return result


def _merges_for(words: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The list of merges that makes each of the words one token."""
    found: list[tuple[str, str]] = []
    for word in words:
        pieces = _pieces(word)
        for pair in found:
            pieces = _merged(pieces, pair)
        while len(pieces) > 1:
            found.append((pieces[0], pieces[1]))
            pieces = _merged(pieces, found[-1])
    return tuple(found)


def _vocabulary_of(merges: tuple[tuple[str, str], ...]) -> dict[str, int]:
    """Token to id: bytes, bytes that end a word, merges, start and end."""
    single = list(byte_characters().values())
    tokens = [*single, *(token + END_OF_WORD for token in single)]
    tokens += list(dict.fromkeys("".join(pair) for pair in merges))
    return {token: i for i, token in enumerate([*tokens, START, END])}


class WordTokenizer:
    """Knows `words`; a text has at most `max_tokens`, start and end included."""

    def __init__(self, words: tuple[str, ...], max_tokens: int):
        self.max_tokens = max_tokens
        self.merges = _merges_for(words)
        self.vocabulary = _vocabulary_of(self.merges)
        self._ids_of_words: dict[str, tuple[int, ...]] = {}

    def _encode_word(self, word: str) -> tuple[int, ...]:
        pieces = _pieces(word)
        for pair in self.merges:
            pieces = _merged(pieces, pair)
        return tuple(self.vocabulary[piece] for piece in pieces)

    def _ids(self, word: str) -> tuple[int, ...]:
        if word not in self._ids_of_words:
            self._ids_of_words[word] = self._encode_word(word)
        return self._ids_of_words[word]

    def tokenize(self, text: str) -> list[int]:
        """`max_tokens` ids: start, the text's tokens as far as they fit, then ends."""
        ids = [i for word in _PATTERN.findall(text.lower()) for i in self._ids(word)]
        end = self.vocabulary[END]
        ids = [self.vocabulary[START], *ids[: self.max_tokens - 2], end]
        return ids + [end] * (self.max_tokens - len(ids))
