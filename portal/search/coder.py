"""An adaptive range coder (as in LZMA): small numbers in few bits, each coded in the context that predicts it best.

hooks/engine/decode.js decodes with the same integer arithmetic. A general compressor sees only bytes and
needs a third more for the same numbers.
"""

# How fast a bit's probability adapts, by how often it was seen: quickly at first.
SPEED = [1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 5]
# Contexts of one number: 32 for its length, then four for each length's leading digits.
SIZE = 256


class Encoder:
    """Encodes bits and numbers, each in a numbered context, as bytes."""

    def __init__(self) -> None:
        self._low = 0
        # Thirty bits: browsers compute fastest with integers of that size.
        self._range = (1 << 30) - 1
        self._out = bytearray()
        # Learning stops after the first part, so that each later part can be read without the ones before it.
        self.learning = True
        self._odds: dict[int, tuple[int, int]] = {}

    def bit(self, context: int, bit: bool) -> None:
        """Write one bit."""
        odds, seen = self._odds.get(context, (1 << 15, 0))
        bound = (self._range >> 12) * (odds >> 4)
        if bit:
            self._range = bound
        else:
            self._low += bound
            self._range -= bound
        if self.learning:
            odds += (65536 - odds) >> SPEED[seen] if bit else -(odds >> SPEED[seen])
            # Both bits keep a share of the range, however likely one is.
            self._odds[context] = min(max(odds, 32), 65504), min(seen + 1, 15)
        self._grow()

    def number(self, model: int, value: int) -> None:
        """Write a number >= 0: its length in binary, then its digits."""
        value += 1
        context = model * SIZE
        length = value.bit_length()
        for shorter in range(1, length):
            self.bit(context + shorter, True)
        self.bit(context + length, False)
        place = 0
        for digit in range(length - 2, -1, -1):
            bit = value >> digit & 1
            self.bit(context + 32 + length * 4 + place, bool(bit))
            place = 3 if place else 1 + bit

    def one_of(self, count: int, value: int) -> None:
        """Write a number below `count` (at most 65536), all equally likely."""
        self._range //= count
        self._low += self._range * value
        self._grow()

    def part(self) -> bytes:
        """The bytes since the last part, which can be decoded without what follows them."""
        step = 1 << 16
        self._low = -(-self._low // step) * step
        self._shift()
        self._shift()
        out, self._out = bytes(self._out), bytearray()
        self._low, self._range = 0, (1 << 30) - 1
        return out

    def _grow(self) -> None:
        while self._range < 1 << 22:
            self._range <<= 8
            self._shift()

    def _shift(self) -> None:
        if self._low >= 1 << 32:
            at = len(self._out) - 1
            while self._out[at] == 255:
                self._out[at] = 0
                at -= 1
            self._out[at] += 1
            self._low &= 0xFFFFFFFF
        self._out.append(self._low >> 24)
        self._low = (self._low << 8) & 0xFFFFFFFF
