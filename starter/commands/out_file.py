"""Text that goes to the screen, or with `--out` into a file."""

from pathlib import Path

from models.base import Text
from starter.advice import CHECK_PATH
from starter.failures import BadInput
from starter.output import Shown


def written(out: Path, text: str) -> Shown:
    """Write the text, and tell where it is. Raises BadInput where that cannot be done."""
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(
            Text(zh=f"无法写入 {out}：{error.strerror}", en=f"{out} cannot be written: {error.strerror}"),
            advice=CHECK_PATH,
        ) from error
    return Shown.of({"file": str(out)}, Text(zh=f"已写入 {out}", en=f"written to {out}"))
