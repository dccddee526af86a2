"""Seeded randomness: with the same `--seed` the sandbox hands out the same codes and tokens."""

import random
import string

LETTERS = string.ascii_letters + string.digits


class Chance:
    """Random texts and dice from one seed. Predictable on purpose: not for real secrets."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._random = random.Random(seed)

    def letters(self, length: int) -> str:
        """ASCII letters and digits."""
        return "".join(self._random.choices(LETTERS, k=length))

    def hexes(self, length: int) -> str:
        """Lower-case hexadecimal digits."""
        return "".join(self._random.choices("0123456789abcdef", k=length))

    def digits(self, length: int) -> str:
        """Decimal digits, the first of them not zero."""
        return self._random.choice("123456789") + "".join(
            self._random.choices(string.digits, k=length - 1)
        )

    def octets(self, length: int) -> bytes:
        """Raw bytes."""
        return self._random.randbytes(length)

    def happens(self, probability: float) -> bool:
        """True with the given probability (0 to 1)."""
        return probability >= 1 or self._random.random() < probability
