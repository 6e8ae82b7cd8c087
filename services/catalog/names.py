"""Chinese names to compare: what counts as equal, how alike two names are, how a match is scored. Pure."""

import unicodedata

from rapidfuzz import fuzz

FIELD_WEIGHT = 0.7
RESOURCE_WEIGHT = 0.3
ROUNDED_TO = 4
"""Decimals of a score: enough for any threshold, and free of the last bit's noise."""
_ROUNDING = 10.0**-ROUNDED_TO
"""What a limit gives way by in the score, so that a pair which only its rounding lifts to the threshold is not lost."""


def key(name: str) -> str:
    """The name without what does not distinguish it: width, case, blanks and punctuation.

    Two names with the same key are the same name. Empty for a name without any letter or digit.
    """
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())


def grams(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters of a key; a key of one character is its own gram. Chinese has no blanks to
    split at, and a pair is as long as the shortest names that matter (姓名, 性别)."""
    if len(text) < 2:
        return frozenset({text} - {""})
    return frozenset(text[i : i + 2] for i in range(len(text) - 1))


def similarity(one: str, other: str) -> float:
    """How alike two keys are, 0 … 100: twice the common subsequence over both lengths (rapidfuzz `ratio`)."""
    return fuzz.ratio(one, other)


def score(field: float, resource: float) -> float:
    """The score of a match, 0 … 100, from the similarity of the fields' names and that of the resources' names.

    The field weighs more, because it is the field that must not be collected twice. So a threshold up to 70 is met by
    an equal field of any resource; above it the resources must be alike too: at 85 an equal field needs resources half
    alike, and equal resources need fields that are 78.6 alike.
    """
    return round(FIELD_WEIGHT * field + RESOURCE_WEIGHT * resource, ROUNDED_TO)


def least_field(threshold: float) -> float:
    """Below this similarity of the fields no resource can lift the score to the threshold."""
    return max(0.0, (threshold - _ROUNDING - RESOURCE_WEIGHT * 100) / FIELD_WEIGHT)


def least_resource(threshold: float) -> float:
    """Below this similarity of the resources no field can lift the score to the threshold. 0: any resource will do."""
    return max(0.0, (threshold - _ROUNDING - FIELD_WEIGHT * 100) / RESOURCE_WEIGHT)


def lengths(text: str, least: float) -> tuple[int, int]:
    """The shortest and the longest key that can be `least` alike to this one. No key outside it can be."""
    share = max(least, 1.0) / (200 - max(least, 1.0))
    # Whole characters, and rounded outwards: a name must never be lost to a rounding error.
    return max(1, int(share * len(text))), int(len(text) / share) + 1
