"""`python -m bots.practice --home DIR`: serve the practice mall until killed."""

import argparse
from datetime import date
from pathlib import Path

from bots.practice.faults import FAULTS
from bots.practice.server import Settings, serve


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="bots.practice", description="练习商城：卖家中心、支付中心、推广中心")
    parser.add_argument("--home", type=Path, required=True, help="数据目录，没有数据时自动生成")
    parser.add_argument("--port", type=int, default=8788, help="端口，0 表示任选")
    parser.add_argument("--size", choices=("full", "small", "tiny"), default="full", help="数据规模")
    parser.add_argument("--last-day", type=date.fromisoformat, help="最后一个营业日，默认昨天")
    parser.add_argument("--seed", type=int, default=7, help="随机种子")
    parser.add_argument("--fault", action="append", default=[], metavar="名称=概率", help=f"故障：{'、'.join(FAULTS)}")
    parser.add_argument("--export-delay", type=float, default=0.8, metavar="秒", help="导出任务多久以后就绪")
    parser.add_argument("--test-door", action="store_true", help="打开 /test，只用于测试和演示")
    parser.add_argument("--until-stdin-closes", action="store_true", help="标准输入关闭时退出（由别的程序启动时用）")
    given = parser.parse_args()
    chances: dict[str, float] = {}
    for entry in given.fault:
        name, _, chance = entry.partition("=")
        if name not in FAULTS or not chance.replace(".", "", 1).isdigit():
            parser.error(f"--fault {entry}：应写成 名称=概率，名称可用 {'、'.join(FAULTS)}")
        chances[name] = float(chance)
    serve(
        Settings(
            home=given.home,
            port=given.port,
            size=given.size,
            last_day=given.last_day,
            seed=given.seed,
            faults=chances,
            test_door=given.test_door,
            export_delay_s=given.export_delay,
            until_stdin_closes=given.until_stdin_closes,
        )
    )


if __name__ == "__main__":
    main()
