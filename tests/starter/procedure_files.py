"""A procedure's application as an operator writes it: a check of how a capability is used in Jiangyin."""

from pathlib import Path

MISUSE = """
regulation: jiangyin
procedure: capability_misuse
code: {code}
title: 视频能力使用核查
unit: {{code: jy-data-bureau, name: 江阴市大数据管理和政务服务局}}
prepared_by: chen.hao
parties: {{user: jy-cg-info}}
form:
  application: JY-CA-1
  capability: 视频
  found: 超出申请范围使用
  facts: 用于考勤
documents:
  - {{kind: evidence, file: documents/evidence.md}}
"""

STATEMENT = "statement: 已停止，仅试用三日\nstopped: true\n"


def misuse(folder: Path, code: str) -> Path:
    """The application file under that code, with its document beside it."""
    documents = folder / "documents"
    documents.mkdir(parents=True, exist_ok=True)
    (documents / "evidence.md").write_text(f"# 证据 {code}", encoding="utf-8")
    file = folder / "misuse.yaml"
    file.write_text(MISUSE.format(code=code), encoding="utf-8")
    return file
