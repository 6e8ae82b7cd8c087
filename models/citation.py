"""Where a rule comes from. Every gate, check, deadline and sanction carries one."""

from models.base import Value


class Citation(Value):
    """The source of a rule: its id in the register of rules, and the article of the instrument.

    `default` marks a value that no document gives: the product proposes it, and says so wherever it is shown.
    `gap` then names the entry of the register of gaps (A01 … A47) that the default fills.
    """

    rule: str | None = None
    instrument: str
    article: str
    default: bool = False
    gap: str | None = None

    def __str__(self) -> str:
        source = f"《{self.instrument}》{self.article}"
        return f"{source}（缺省 {self.gap}）" if self.default else source
