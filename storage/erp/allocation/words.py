"""The explanation record of one order, and its sentence in Chinese. Pure."""

from collections.abc import Mapping, Sequence

from storage.erp.allocation.choice import Choice
from storage.erp.allocation.costs import zone
from storage.erp.allocation.model import OpenLine, OpenOrder, ShortLine, Warehouse


def yuan(fen: int) -> str:
    """An amount in yuan with two decimals."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def shortage_words(line: OpenLine, missing: Sequence[tuple[str, int, int, int]]) -> str:
    """Why a sub-order stays open, with the figures."""
    if not missing:
        return f"子订单 {line.sub_no}：各样都有货，但不在同一个仓，凑不齐"
    parts = [f"{code} 要 {wanted} 件，单仓最多 {most} 件，各仓合计 {total} 件" for code, wanted, most, total in missing]
    return f"子订单 {line.sub_no} 缺货：" + "；".join(parts)


def explain(
    order: OpenOrder,
    choices: Sequence[Choice],
    rejected: Sequence[tuple[Warehouse, str]],
    shorts: Sequence[ShortLine],
    left_fen: int,
) -> Mapping[str, object]:
    """{chosen, candidates: [{warehouses, parts, cost_fen}], rejected: [{warehouse, because}], short, left_fen, words}.

    `left_fen`: what the plan counts for leaving the short sub-orders and the order incomplete.
    """
    return {
        "chosen": chosen_words(choices[0]) if choices else None,
        "candidates": [
            {
                "warehouses": [w.warehouse for w in choice.warehouses],
                "parts": dict(choice.parts),
                "cost_fen": choice.cost_fen,
            }
            for choice in choices
        ],
        "rejected": [{"warehouse": w.warehouse, "because": because} for w, because in rejected],
        "short": [short.because for short in shorts],
        "left_fen": left_fen,
        "words": _words(order, choices, rejected, shorts),
    }


def chosen_words(choice: Choice) -> dict[str, object]:
    """The way that was taken: {warehouses, by_sub, cost_fen}."""
    return {
        "warehouses": [w.warehouse for w in choice.warehouses],
        "by_sub": {sub: choice.by_sub[sub] for sub in sorted(choice.by_sub)},
        "cost_fen": choice.cost_fen,
    }


def _words(
    order: OpenOrder,
    choices: Sequence[Choice],
    rejected: Sequence[tuple[Warehouse, str]],
    shorts: Sequence[ShortLine],
) -> str:
    said = _choice_words(order, choices, rejected) if choices else "这次不发货"
    if choices and shorts:
        said = f"先发配得齐的 {len(choices[0].by_sub)} 个子订单：{said}"
    if shorts:
        said += "；" + "；".join(short.because for short in shorts)
    return said + "。"


def _choice_words(order: OpenOrder, choices: Sequence[Choice], rejected: Sequence[tuple[Warehouse, str]]) -> str:
    best = choices[0]
    names = "、".join(w.name or w.warehouse for w in best.warehouses)
    where = order.province or "省份不明"
    cost = f"{yuan(best.cost_fen)} 元"
    if len(best.warehouses) > 1:
        because = "；".join(f"{w.name or w.warehouse} {words}" for w, words in rejected[:2])
        return f"拆成 {len(best.warehouses)} 个包裹，从{names}发往{where}，{cost}：没有一个仓配得齐（{because}）"
    zones = f"{zone(best.warehouses[0].province, order.province)} 区"
    if len(choices) > 1:
        other = choices[1]
        dearer = yuan(other.cost_fen - best.cost_fen)
        rival = "、".join(w.name or w.warehouse for w in other.warehouses)
        tie = f"与{rival}同价，按仓库次序选它"
        if other.cost_fen > best.cost_fen:
            tie = f"比{rival}省 {dearer} 元"
        elif other.cost_fen < best.cost_fen:
            tie = f"{rival}便宜 {yuan(best.cost_fen - other.cost_fen)} 元，但那里的货别的订单更需要"
        return f"从{names}整单发往{where}（{zones}），{cost}，{tie}"
    return f"从{names}发往{where}（{zones}），{cost}，只有它配得齐"
