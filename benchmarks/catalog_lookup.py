"""Does the look-up of the catalog stay fast as the catalog grows? `python -m benchmarks.catalog_lookup`

Builds a catalog of 1,000 and one of 100,000 resources with the same made-up, reproducible Chinese names, asks both the
same kinds of questions in turn, in one run on one machine, and prints the medians, their ratio and PASS or FAIL against
the target. What is timed is the answer to one question as the service computes it, without HTTP, whose fixed cost would
hide the growth. Exit code 0 for PASS, 1 for FAIL.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from models.application import Collection
from models.catalog import Sharing
from services.catalog import facts, resources
from services.catalog.lifecycle import ResourceState
from services.catalog.schemas import FactsQuestion, ResourceBody
from services.catalog.store import Store

SMALL, LARGE = 1_000, 100_000
TARGET_RATIO = 3.0
QUESTIONS = 200
BATCH = 1_000
THRESHOLD = 80.0


def _words(*lines: str) -> list[str]:
    return " ".join(lines).split()


PLACES = _words(
    "澄江 周庄 华士 新桥 长泾 顾山 祝塘 青阳 南闸 月城 璜土 利港 申港 夏港 云亭 城东 高新区 临港 徐霞客 开发区"
)
OBJECTS = _words(
    "居民 企业 车辆 房屋 学校 医院 药店 工地 河道 桥梁 路灯 公园 停车场 电梯 锅炉 危化品 渣土 污水 垃圾 空气 噪声 林木",
    "农田 水库 泵站 燃气 供水 供电 公交 出租车 网约车 船舶 码头 货运 物流 食品 药品 疫苗 门诊 住院 养老 低保 残疾人",
    "退役军人 儿童 教师 学生 社保 医保 公积金 就业 人才 专利 商标 税务 发票 合同 招标 采购 信用 许可 处罚 投诉 信访",
    "调解 消防 应急 气象 地震",
)
ASPECTS = _words(
    "登记 备案 巡查 检测 监测 评价 补贴 审批 年检 变更 注销 统计 预警 处置 缴费 预约 培训 考核 移交 验收",
)
KINDS = _words("信息 台账 基本信息 明细 清单 记录 档案 信息表 数据 目录")
SUBJECTS = _words(
    "姓名 性别 民族 身份证号 联系电话 出生日期 户籍地址 单位名称 统一社会信用代码 法定代表人 经营范围 注册资本",
)
PARTS = _words("编号 名称 状态 日期 地址 类型 金额 数量 负责人 备注 等级 结果")


def made_up(number: int) -> ResourceBody:
    """The resource with this number; always the same."""
    chance = random.Random(number)
    what = chance.choice(OBJECTS)
    name = f"{chance.choice(PLACES)}{what}{chance.choice(ASPECTS)}{chance.choice(KINDS)}{number % 97 or ''}"
    fields = [*chance.sample(SUBJECTS, 3), *(what + part for part in chance.sample(PARTS, 3))]
    return ResourceBody(
        id=f"R{number:06d}",
        name=name,
        provider_code=f"D{number % 60:02d}",
        provider_name=f"第{number % 60}局",
        fields=tuple(fields),
        sharing=Sharing.CONDITIONAL,
        project=f"P-{number % 500}",
    )


def fill(store: Store, size: int) -> None:
    """Put that many resources on offer."""
    store.create()
    for start in range(0, size, BATCH):
        with store.writing() as session:
            bodies = (made_up(number) for number in range(start, min(start + BATCH, size)))
            resources.settle(session, [resources.add(session, body, ResourceState.PUBLISHED) for body in bodies])


def questions(size: int) -> list[FactsQuestion]:
    """Equal names, names that differ in a word, and names that consist of common words only, in equal shares."""
    chance = random.Random(0)
    return [_question(_wanted(chance, n % 3, made_up(chance.randrange(size)))) for n in range(QUESTIONS)]


def _wanted(chance: random.Random, variant: int, held: ResourceBody) -> Collection:
    if variant == 0:
        return Collection(resource=held.name, fields=held.fields)
    if variant == 1:
        return Collection(
            resource=f"全市{held.name[2:]}库", fields=("姓名", "公民身份证号码", f"{held.fields[-1]}说明")
        )
    what, kind = chance.choice(OBJECTS), chance.choice(KINDS)
    return Collection(resource=what + kind, fields=("姓名", "性别", f"{what}名称"))


def _question(wanted: Collection) -> FactsQuestion:
    return FactsQuestion(project="P-NEW", unit="U-1", collects=(wanted,), collection_similarity=THRESHOLD)


def _measured(store: Store, question: FactsQuestion) -> tuple[float, int]:
    start = time.perf_counter()
    with store.reading() as session:
        answer = facts.answer(session, question)
    return (time.perf_counter() - start) * 1000, len(answer.resources)


def compare(stores: Sequence[Store], asked: Sequence[Sequence[FactsQuestion]]) -> Iterator[tuple[float, float]]:
    """The median time (ms) and the mean number of matches for each store; the stores are asked in turn."""
    runs = [[_measured(s, q) for s, q in zip(stores, pair, strict=True)] for pair in zip(*asked, strict=True)]
    for column in zip(*runs, strict=True):
        times, matches = zip(*column, strict=True)
        yield statistics.median(times), statistics.mean(matches)


def main(arguments: Sequence[str]) -> int:
    """Build both catalogs, ask, print the comparison, and return 0 where the target is met, else 1."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=SMALL)
    parser.add_argument("--large", type=int, default=LARGE)
    chosen = parser.parse_args(arguments)
    sizes = (chosen.small, chosen.large)
    with tempfile.TemporaryDirectory() as directory:
        stores = [_built(Path(directory), size) for size in sizes]
        asked = [questions(size) for size in sizes]
        list(compare(stores, [q[:10] for q in asked]))  # warms the caches of statements and pages
        measured = list(compare(stores, asked))
    return _report(sizes, measured)


def _built(directory: Path, size: int) -> Store:
    start = time.perf_counter()
    store = Store(f"sqlite:///{directory}/catalog-{size}.db")
    fill(store, size)
    print(f"built {size:>7,} resources in {time.perf_counter() - start:.1f} s")
    return store


def _report(sizes: Sequence[int], measured: Sequence[tuple[float, float]]) -> int:
    for size, (median, matches) in zip(sizes, measured, strict=True):
        print(f"{size:>7,} resources: median {median:.2f} ms a question, {matches:.1f} matches, n={QUESTIONS}")
    ratio = measured[-1][0] / measured[0][0]
    passed = ratio <= TARGET_RATIO
    print(f"ratio {ratio:.2f}, target at most {TARGET_RATIO:.1f}: {'PASS' if passed else 'FAIL'}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
