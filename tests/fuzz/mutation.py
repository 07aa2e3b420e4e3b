"""Mutations with a seed, where no coverage guides them: bytes, runs of them, tokens that parsers trip over, splices."""

import random
from collections.abc import Iterator, Sequence

TOKENS: dict[str, tuple[bytes, ...]] = {
    "binary": (
        b"\x00",
        b"\xff",
        b"\x7f",
        b"\x1f\x8b\x08\x00",
        b"\x00\x00\x08\x03",
        b"\x00\x00\x08\x01",
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x02",
        b"\x80\x00\x00\x00",
    ),
    "text": (
        b"&a ",
        b"*a",
        b"<<: *a\n",
        b"<<: [*a, *a]\n",
        b"!!float ",
        b"!!binary ",
        b"!!timestamp ",
        b"!!set ",
        b"!!omap ",
        b"!!python/object/apply:os.system [exit]",
        b"? ",
        b"? [a]\n: b\n",
        b"[[[[[[[[",
        b"{{{{{{{{",
        b"- - - - ",
        b"|\n  ",
        b">\n  ",
        b"---\n",
        b"...\n",
        b"%YAML 1.2\n",
        b"# ",
        b".nan",
        b"-.inf",
        b"1e400",
        b"1.0e+400",
        b"1e-9999",
        b"e^1e9",
        b"e^999",
        b"-e^-1",
        b"0x7fffffffffffffffffff",
        b"0b1" + b"0" * 64,
        b"0o17",
        b"017",
        b"1_000",
        b"190:20:30",
        b"2024-01-01",
        b"2024-13-45",
        b"2024-01-01T00:00:00Z",
        b"9" * 400,
        b"null",
        b"~",
        b"true",
        b"''",
        b'"\\ud800"',
        b'"\\0"',
        b'"\\e[31m"',
        b'"a\\nb"',
        b"\xe2\x80\xa8",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"\xd9\xa3",
        b"$(touch x)",
        b"`touch x`",
        b"'; touch x; '",
        b"{input}",
        b"{{ 1 }}",
        b"../../x",
        b"/etc/passwd",
        b"<script>",
        b"]]>",
        b"\t",
        b"\r",
        b"\n",
        b": ",
        b", ",
        b"1000000000",
        b"1.0e+300",
        b"-1",
        b"0",
    ),
}
MOST_CHANGES = 4


def mutations(seeds: Sequence[bytes], kind: str, count: int, seed: int) -> Iterator[bytes]:
    """`count` mutations of inputs, the same for the same seed; `kind` names the tokens."""
    generator = random.Random(seed)
    for _ in range(count):
        content = generator.choice(seeds)
        for _ in range(generator.randint(1, MOST_CHANGES)):
            content = _changed(content, seeds, TOKENS[kind], generator)
        yield content


def _changed(content: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes], generator: random.Random) -> bytes:
    start, end = sorted(generator.randint(0, len(content)) for _ in range(2))
    end = min(end, start + generator.choice((1, 4, 16, 256)))
    other = generator.choice(seeds)
    cut = generator.randint(0, len(other))
    middle = generator.choice(
        (
            b"",  # deleted
            content[start:end] * 2,
            generator.choice(tokens),
            content[start:end] + generator.choice(tokens),
            generator.randbytes(generator.choice((1, 4))),
            other[cut : cut + 64],
        )
    )
    return content[:start] + middle + content[end:]
