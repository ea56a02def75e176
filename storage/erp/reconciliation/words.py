"""The sentences finance reads: figures in yuan and percent, made from fen and basis points without floats."""


def yuan(amount_fen: int) -> str:
    """`¥3.20` for 320; a negative amount carries its sign in front: `-¥3.20`."""
    sign = "-" if amount_fen < 0 else ""
    whole, rest = divmod(abs(amount_fen), 100)
    return f"{sign}¥{whole:,}.{rest:02d}"


def percent(basis_points: int) -> str:
    """`5.80 %` for 580 basis points."""
    return f"{basis_points // 100}.{basis_points % 100:02d} %"


def rate_bp(amount_fen: int, base_fen: int) -> int:
    """The rate that amount is of base, in basis points, rounded half up; 0 when there is no base."""
    if base_fen <= 0:
        return 0
    return (abs(amount_fen) * 20000 + base_fen) // (2 * base_fen)


def share(base_fen: int, basis_points: int) -> int:
    """That share of a base in fen, rounded half up; never negative."""
    return (max(base_fen, 0) * basis_points * 2 + 10000) // 20000


def amount_words(component: str, amount_fen: int, expected_fen: int) -> str:
    """`货款少 ¥3.20：应 ¥10.00，实 ¥6.80`."""
    gap = amount_fen - expected_fen
    return f"{component}{'多' if gap > 0 else '少'} {yuan(abs(gap))}：应 {yuan(expected_fen)}，实 {yuan(amount_fen)}"


def rate_words(component: str, amount_fen: int, expected_fen: int, base_fen: int, contract_bp: int) -> str:
    """`佣金多扣 ¥3.20：应 5.00 %，实 5.80 %（基数 ¥400.00）`."""
    gap = abs(amount_fen) - abs(expected_fen)
    actual = percent(rate_bp(amount_fen, base_fen))
    verb = "多扣" if gap > 0 else "少扣"
    return f"{component}{verb} {yuan(abs(gap))}：应 {percent(contract_bp)}，实 {actual}（基数 {yuan(base_fen)}）"
