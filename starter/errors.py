"""What can go wrong when the embedded stack starts or runs, in the words of whoever started it."""

from pathlib import Path

from models.base import Text
from starter.advice import SEE_LOG, SETTLE_AND_RETRY, STOP_OR_CHOOSE


class StackError(Exception):
    """The stack cannot start, or has stopped running. `text` says why, in both languages; str() gives both. `advice` is what
    to do next."""

    def __init__(self, text: Text, *, advice: Text = SETTLE_AND_RETRY) -> None:
        super().__init__(f"{text.zh}\n{text.en}")
        self.text, self.advice = text, advice


class AlreadyRunning(StackError):
    """Another stack works on the same folder."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(
            Text(
                zh=f"{data_dir} 已有一套系统在运行；请先停止它，或另选数据目录",
                en=f"a stack already runs on {data_dir}; stop it first, or choose another data folder",
            ),
            advice=STOP_OR_CHOOSE,
        )


class ProcessFailed(StackError):
    """A process of the stack ended by itself, or did not become ready in time. `tail` is the end of its log."""

    def __init__(self, name: str, what: Text, log: Path, tail: str) -> None:
        super().__init__(
            Text(zh=f"{name} {what.zh}。日志 {log} 末尾：\n{tail}", en=f"{name} {what.en}. The end of {log}:\n{tail}"),
            advice=SEE_LOG,
        )
        self.name, self.tail = name, tail
