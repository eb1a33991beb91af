"""重新计数，核对全部统计 · Recount every tally and balance, and check the journal's seals"""

import json
import sys
from dataclasses import asdict

import click

from shegong.indicators.actions import count_tallies, drift
from shegong.journal.actions import broken_seals
from shegong.practice.queries.contract_progress import drift as contract_drift
from shegong.purchase.queries.ledger import drift as ledger_drift


@click.command()
@click.option("--json", "as_json", is_flag=True, help="输出 JSON · print JSON")
def command(as_json: bool) -> None:
    """重新计数，核对全部统计 · Recount every tally and balance, and check the journal's seals.

    Ends with exit code 1 when a tally differs from its records, a balance from its entries, or a sealed event was
    changed.
    """
    checked, found, broken, money, contracts = (
        count_tallies(),
        drift(),
        broken_seals(),
        ledger_drift(),
        contract_drift(),
    )
    if as_json:
        content: dict[str, object] = {"checked": checked, "drift": [asdict(each) for each in found]}
        if broken:
            content["broken_seals"] = broken
        if money:
            content["ledger_drift"] = [
                {**asdict(each), "stored": str(each.stored), "counted": str(each.counted)} for each in money
            ]
        if contracts:
            content["contract_drift"] = contracts
        click.echo(json.dumps(content, ensure_ascii=False))
    else:
        click.echo(f"核对 {checked:,} 项统计，{len(found)} 项不符；日志封印 {len(broken)} 处被破坏。")
        click.echo(f"{checked:,} tallies checked, {len(found)} drifted; {len(broken)} seals of the journal broken.")
        click.echo(
            f"资金账：{len(money)} 个余额与分录不符。 The ledger: {len(money)} balances differ from their entries."
        )
        click.echo(f"合同进度：{contracts} 项与记录不符。 Contracts: {contracts} tallies differ from the records.")
        for each in [*found, *money]:
            click.echo(f"  {each}")
    sys.exit(1 if found or broken or money or contracts else 0)
