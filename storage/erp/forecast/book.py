"""Forecasts in the books: made once per code and history, never changed, and one of them chosen for each code."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.bulk import Counts, insert_missing, upsert
from storage.database.tables.purchasing import forecast, forecast_choice, forecast_quantile
from storage.erp.forecast.backtest import Score, best_method, quantile
from storage.erp.forecast.clean import FLAG_WORDS, CleanSeries
from storage.erp.forecast.errors import ForecastUnknown
from storage.erp.forecast.methods import BY_HAND, TITLES, cumulated
from storage.erp.forecast.series import days_up_to, demand_series

DAYS_AHEAD = 120
MEAN = 0
QUANTILES_BP = (MEAN, 5000, 8000, 9000, 9500, 9800, 9900)


class Forecast(NamedTuple):
    """A stored forecast: `cumulative_milli[quantile_bp][d - 1]` is the demand of the next `d` days in 1/1000 pieces."""

    forecast_id: str
    code: str
    last_day: str
    method: str
    words: str
    cumulative_milli: Mapping[int, tuple[int, ...]]

    def demand_milli(self, days: int, quantile_bp: int = MEAN) -> int:
        """Demand of the next `days` days (at most DAYS_AHEAD) at the smallest stored quantile that is high enough."""
        if days <= 0:
            return 0
        return self.cumulative_milli[stored_quantile(quantile_bp)][min(days, DAYS_AHEAD) - 1]


def stored_quantile(quantile_bp: int) -> int:
    """The smallest quantile that is stored and not below the wanted one; the highest when none is."""
    return next((known for known in QUANTILES_BP if known >= quantile_bp), QUANTILES_BP[-1])


def make_forecasts(connection: Connection, last_day: str, codes: Iterable[str] | None = None) -> Counts:
    """Forecast every code (or only `codes`) from the demand up to `last_day`; the same history makes no second one."""
    series = demand_series(connection, last_day, codes)
    wanted = {code: _forecast_id(code, last_day, found) for code, found in series.items()}
    f, q = forecast.c, forecast_quantile.c
    with_curves = select(f.forecast_id).join(forecast_quantile, q.forecast_id == f.forecast_id)
    known = set(connection.execute(with_curves.where(f.last_day == last_day, q.quantile_bp == MEAN)).scalars())
    fresh = [code for code, forecast_id in wanted.items() if forecast_id not in known]
    recorded_at = datetime.now(UTC).isoformat()
    rows, quantiles = [], []
    for code in fresh:
        row, cumulative = _computed(wanted[code], code, last_day, series[code])
        rows.append({**row, "recorded_at": recorded_at})
        quantiles += _quantile_rows(wanted[code], cumulative)
    insert_missing(connection, forecast_quantile, quantiles)
    made = insert_missing(connection, forecast, rows)
    return Counts(made.created, 0, len(wanted) - made.created)


def forget_curves(connection: Connection, before: str) -> int:
    """Drop the curves of machine's forecasts of days before `before`; returns how many forecasts lost theirs.

    A code's curves are 6 kB a night and are asked for on their own day only. What each forecast said of itself (method,
    scores, words) stays, and so do curves that a person made or chose.
    """
    f, q = forecast.c, forecast_quantile.c
    chosen = select(forecast_choice.c.forecast_id)
    old = select(f.forecast_id).where(f.last_day < before, f.method != BY_HAND, f.forecast_id.not_in(chosen))
    gone = connection.execute(forecast_quantile.delete().where(q.forecast_id.in_(old))).rowcount
    return gone // len(QUANTILES_BP)


def chosen_forecasts(connection: Connection, last_day: str, codes: Iterable[str]) -> dict[str, Forecast]:
    """The forecast that counts for each code: the one a person chose among those of `last_day`, else the machine's.

    Of several machine's forecasts of one day (orders came late) the newest made counts. Codes without one are left out.
    """
    read = _read_of_day(connection, last_day)
    return {code: read[name] for code, name in chosen_ids(connection, last_day, codes).items()}


def chosen_ids(connection: Connection, last_day: str, codes: Iterable[str]) -> dict[str, str]:
    """The id of the forecast that counts for each code, in order of code; as in `chosen_forecasts`."""
    wanted = set(codes)
    picked = dict(connection.execute(select(forecast_choice.c.code, forecast_choice.c.forecast_id)).all())
    f = forecast.c
    best: dict[str, tuple[bool, bool, str, str]] = {}
    known = select(f.forecast_id, f.code, f.method, f.recorded_at).where(f.last_day == last_day)
    for row in connection.execute(known).all():
        if row.code in wanted:
            rank = (picked.get(row.code) == row.forecast_id, row.method != BY_HAND, row.recorded_at, row.forecast_id)
            best[row.code] = max(best.get(row.code, rank), rank)
    return {code: rank[3] for code, rank in sorted(best.items())}


def demand_of_day(connection: Connection, last_day: str, days: int, quantile_bp: int = MEAN) -> dict[str, int]:
    """Demand of the next `days` days (1 to DAYS_AHEAD) in 1/1000 pieces, by each forecast made after that day.

    As `Forecast.demand_milli` of each, without reading the whole curves: most of the time would go into that.
    """
    f, q = forecast.c, forecast_quantile.c
    curves = select(q.forecast_id, q.cumulative_milli).join_from(
        forecast_quantile, forecast, q.forecast_id == f.forecast_id
    )
    wanted = curves.where(f.last_day == last_day, q.quantile_bp == stored_quantile(quantile_bp))
    return {name: int(text.split(",", days)[days - 1].strip("[] ")) for name, text in connection.execute(wanted).all()}


def _read_of_day(connection: Connection, last_day: str) -> dict[str, Forecast]:
    """Every forecast made after that day, by its id; two queries, however many codes there are."""
    f, q = forecast.c, forecast_quantile.c
    parts = select(q.forecast_id, q.quantile_bp, q.cumulative_milli).join_from(
        forecast_quantile, forecast, q.forecast_id == f.forecast_id
    )
    cumulative: dict[str, dict[int, tuple[int, ...]]] = {}
    for name, bp, values in connection.execute(parts.where(f.last_day == last_day)):
        cumulative.setdefault(name, {})[int(bp)] = tuple(json.loads(values))
    heads = select(f.forecast_id, f.code, f.last_day, f.method, f.words).where(f.last_day == last_day)
    return {row[0]: Forecast(*row, cumulative.get(row[0], {})) for row in connection.execute(heads)}


def read_forecast(connection: Connection, forecast_id: str) -> Forecast:
    """One stored forecast. Raises ForecastUnknown."""
    row = connection.execute(select(forecast).where(forecast.c.forecast_id == forecast_id)).first()
    if row is None:
        raise ForecastUnknown(forecast_id)
    q = forecast_quantile.c
    parts = connection.execute(select(q.quantile_bp, q.cumulative_milli).where(q.forecast_id == forecast_id))
    cumulative = {int(bp): tuple(json.loads(values)) for bp, values in parts}
    return Forecast(forecast_id, row.code, row.last_day, row.method, row.words, cumulative)


def scale_by_hand(connection: Connection, forecast_id: str, factor_milli: int, who: str, why: str) -> str:
    """A person's forecast: another one times factor_milli/1000, chosen at once; returns its id.

    Raises ForecastUnknown.
    """
    source = read_forecast(connection, forecast_id)
    machine = connection.execute(select(forecast).where(forecast.c.forecast_id == forecast_id)).mappings().one()
    new_id = f"{forecast_id}|×{factor_milli}|{who}"
    words = f"{who} 将「{forecast_id}」乘以 {factor_milli / 1000:g}：{why}"
    row = {**machine, "forecast_id": new_id, "method": BY_HAND, "words": words, "origins": 0, "wape_bp": 0,
           "pinball_milli": 0, "covered": 0, "checked": 0}  # fmt: skip
    insert_missing(connection, forecast, [row])
    scaled = {bp: [v * factor_milli // 1000 for v in values] for bp, values in source.cumulative_milli.items()}
    insert_missing(connection, forecast_quantile, _quantile_rows(new_id, scaled))
    choose(connection, new_id, who, why)
    return new_id


def choose(connection: Connection, forecast_id: str, who: str, why: str) -> None:
    """A person decides which forecast of a code counts until newer ones are made. Raises ForecastUnknown."""
    found = read_forecast(connection, forecast_id)
    row = {"code": found.code, "forecast_id": forecast_id, "chosen_by": who, "reason": why,
           "decided_at": datetime.now(UTC).isoformat()}  # fmt: skip
    upsert(connection, forecast_choice, [row])


def _forecast_id(code: str, last_day: str, series: CleanSeries) -> str:
    content = json.dumps([series.actual, series.base, series.flags, QUANTILES_BP, DAYS_AHEAD])
    return f"{code}|{last_day}|{sha256(content.encode()).hexdigest()[:12]}"


def _computed(
    forecast_id: str, code: str, last_day: str, series: CleanSeries
) -> tuple[dict[str, object], dict[int, list[int]]]:
    shown, tried = best_method(series.base)
    parameters = shown.method.fit(series.base)
    means = cumulated(shown.method.forecast(series.base, parameters, DAYS_AHEAD))
    cumulative = {
        bp: [_milli(mean if bp == MEAN else quantile(mean, shown.spread.variance(day), bp))
             for day, mean in enumerate(means, start=1)]
        for bp in QUANTILES_BP
    }  # fmt: skip
    data = {
        "parameters": {name: round(value, 6) for name, value in parameters.items()},
        "tried": {one.method.name: {"wape_bp": one.wape_bp, "pinball_milli": one.pinball_milli} for one in tried},
        "days": len(series.actual),
        "touched": series.touched,
        "set_apart": [
            [day, flag, actual, round(base, 2)]
            for day, flag, actual, base in zip(
                days_up_to(last_day, len(series.actual)), series.flags, series.actual, series.base, strict=True
            )
            if flag
        ],
        "noise_milli": _milli(shown.spread.noise),
        "level_milli": _milli(shown.spread.level),
    }
    row: dict[str, object] = {
        "forecast_id": forecast_id, "code": code, "last_day": last_day, "method": shown.method.name,
        "origins": shown.origins, "wape_bp": shown.wape_bp, "naive_wape_bp": tried[0].wape_bp,
        "pinball_milli": shown.pinball_milli, "covered": shown.covered, "checked": shown.checked,
        "data": json.dumps(data, ensure_ascii=False, sort_keys=True), "words": _words(shown, tried, series),
    }  # fmt: skip
    return row, cumulative


def _words(shown: Score, tried: list[Score], series: CleanSeries) -> str:
    """Why this method speaks, and which days were not taken as they were."""
    if not shown.origins:
        words = f"只有 {len(series.actual)} 天数据，不够回测，按{shown.method.title}"
    else:
        others = "，".join(f"{one.method.title} {one.wape_bp / 100:.1f} %" for one in tried if one is not shown)
        verdict = "没有方法胜过它" if shown is tried[0] else "胜过上周同日"
        words = f"回测 {shown.origins} 次，{shown.method.title}的周误差 {shown.wape_bp / 100:.1f} %，{verdict}"
        words += f"（{others}）" if others else ""
    touched = "、".join(f"{FLAG_WORDS[flag]} {days} 天" for flag, days in series.touched.items())
    return words + (f"；已另作处理：{touched}" if touched else "")


def _quantile_rows(forecast_id: str, cumulative: Mapping[int, Iterable[int]]) -> list[dict[str, object]]:
    return [
        {"forecast_id": forecast_id, "quantile_bp": bp, "cumulative_milli": json.dumps(list(values))}
        for bp, values in cumulative.items()
    ]


def _milli(value: float) -> int:
    return round(value * 1000)


__all__ = ["DAYS_AHEAD", "QUANTILES_BP", "TITLES", "Forecast", "choose", "chosen_forecasts", "forget_curves",
           "make_forecasts", "read_forecast", "scale_by_hand", "stored_quantile"]  # fmt: skip
