"""What nobody should write, and what somebody will: scalars, lists and mappings in YAML and in JSON, and ways to spoil a file.

`DEEPER=1` in the environment has every property tried on fifty times as many inputs, and on others each time.
"""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

DEEPER = bool(os.environ.get("DEEPER"))


def tried(examples: int) -> settings:
    """So many inputs, the same ones in every run."""
    return settings(
        max_examples=examples * 50 if DEEPER else examples,
        derandomize=not DEEPER,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def _chain(links: int) -> str:
    """A YAML value in which each line repeats the one before, nine times: few lines, and a billion parts."""
    lines = ["&a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"&a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, links)]
    return f"[{', '.join(lines)}]"


YAML_VALUES = (
    *("1e999", ".inf", "-.inf", ".nan", "!!float 1:x", "!!float x", "0x_", "0b_", "!!int x", "!!int 0x", "1:60:60"),
    *("0x" + "f" * 5000, "9" * 5000, "9:" * 3000 + "9", "1" * 399, "-0", "1_000", "１２", "٣"),
    *("0000-00-00", "0000-01-01", "10000-01-01", "2026-02-30", "２０２６-０１-０１", "!!timestamp x", "!!timestamp []"),
    *("2001-12-14 99:99:99", "2001-12-14t21:59:43.10-99:99", "9999-12-31T23:59:59-10:00", "20260101", "2026-W01-1"),
    *('"\\0"', '"\\ud800"', '"\\e[2J"', '"\\a"', '"\\x85"', '"\\u202e"', "\x00", "\x1b", "\ufeff", "\t", "a\tb: c"),
    *(
        "!!binary x",
        '!!binary "//8="',
        "!!set {a}",
        "!!omap [a: 1]",
        "!!pairs [a]",
        "!!bool x",
        "!!null x",
        "!!str [a]",
    ),
    *("!!map x", "!!seq x", "!!python/object/apply:os.system [x]", "!foo x", "! x", "=", "<<", "{<<: 1}", "{=: 1}"),
    *("{? [a] : b}", "{? {a: b} : c}", "{1: a, true: b, null: c}", "{a: 1, a: 2}", "&a [*a]", "&a {b: *a}", "*nowhere"),
    *("[" * 40 + "]" * 40, "[" * 5000 + "]" * 5000, "{a: " * 3000 + "}" * 3000, "- " * 3000, "? " * 3000),
    *(_chain(9), "x" * 300_000, "[" + "x," * 5000 + "]", "{" + ",".join(f"k{n}: v" for n in range(3000)) + "}"),
    *(
        "null",
        "~",
        "yes",
        "true",
        "[]",
        "{}",
        "''",
        "|\n\n",
        "a\n---\nb",
        "--- !!str",
        "%YAML 9.9\n---\na",
        "@",
        "`",
        "'",
    ),
)
"""Values as a file may hold them. Some end the line that they stand in, or the file."""

yaml_values = st.sampled_from(YAML_VALUES)

texts = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["\0", "\x1b[2J", "\x07", "\ud800", "\r\nBcc: x", "\u202e", "%", "'; --", "x" * 5000, "２０２６-０１-０１"]
    ),
)

json_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    texts,
    st.sampled_from(
        [10**30, -(10**400), 1e308, "9" * 5000, "NaN", "sNaN", "1E+999999", "0000-01-01", "10000-01-01", 0]
    ),
)

json_values = st.recursive(
    json_scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=8,
)


@st.composite
def spoilt_lines(draw: st.DrawFn, text: str) -> bytes:
    """The text with one to three of its lines spoilt: gone, doubled, moved to another level, of another name or value."""
    lines = text.splitlines()
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        key, colon, _value = line.partition(":")
        match draw(st.sampled_from(["drop", "double", "indent", "rename", "value", "value", "value", "insert"])):
            case "drop":
                lines[at] = ""
            case "double":
                lines[at] = f"{line}\n{line}"
            case "indent":
                lines[at] = draw(st.sampled_from([" ", "  ", "\t", "- "])) + line
            case "rename":
                lines[at] = f"{key}x{colon}{_value}"
            case "value":
                lines[at] = f"{key}: {draw(yaml_values)}"
            case "insert":
                lines[at] = f"{line}\n{draw(yaml_values)}"
    return "\n".join(lines).encode("utf-8", "surrogatepass")


@st.composite
def spoilt_bytes(draw: st.DrawFn, text: str) -> bytes:
    """The text in another encoding, cut off, or with bytes in it that mean nothing there."""
    content = text.encode()
    at = draw(st.integers(0, len(content)))
    strange = draw(
        st.sampled_from([b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1b[2J", b"\xed\xa0\x80", b"\t", b"\r", b"\x85"])
    )
    return draw(
        st.sampled_from(
            [
                content[:at],
                content[:at] + strange + content[at:],
                text.encode("utf-16"),
                b"\xef\xbb\xbf" + content,
                strange,
            ]
        )
    )


def spoilt(text: str) -> st.SearchStrategy[bytes]:
    """A file that was good before."""
    return st.one_of(spoilt_lines(text), spoilt_lines(text), spoilt_bytes(text), st.binary(max_size=50))
