"""The metric dictionary: every figure of every report of ours by name. Editing an entry means a new version."""

from storage.metrics.metric import Metric, Ratio

SALES, FINANCE, STOCK, SERVICE, BOTS = "运营", "财务", "仓储", "客服", "夜班"
PAID = "pay_state <> 'unpaid'"
WITHOUT_SPECIAL = 2
"""Since this version brushing and test orders count for none of these."""
ORDER, LINE, SKU = "订单", "子订单", "单品"


def _order(name: str, title: str, sentence: str, part: str, at: str, where: str, unit: str = "fen") -> Metric:
    return Metric(name, title, unit, sentence, ORDER, SALES, fact="orders", part=part, at=at, where=where,
                  version=WITHOUT_SPECIAL)  # fmt: skip


def _share(name: str, title: str, sentence: str, numerator: str, denominator: str, owner: str) -> Metric:
    return Metric(name, title, "percent", sentence, ORDER, owner, ratio=Ratio(numerator, denominator, 10_000))


def _worked(name: str, title: str, unit: str, sentence: str, grain: str, owner: str, rule: str) -> Metric:
    return Metric(name, title, unit, sentence, grain, owner, rule=rule)


_DUE = f"{PAID} AND latest_ship_at IS NOT NULL AND (pay_state NOT IN ('refunded', 'closed') OR shipped_at IS NOT NULL)"
_COMPLETE = f"{_DUE} AND ship_state = 'shipped'"
_ON_TIME = f"{_COMPLETE} AND shipped_at <= latest_ship_at"

_ALL = (
    _order("gmv_paid", "付款 GMV", "当期付款订单的实付金额（按付款时间；以后退了款也算）", "paid_fen", "paid_at", PAID),
    _order(
        "gmv_shipped",
        "发货 GMV",
        "当期整单发完的订单的实付金额（按发货时间）",
        "paid_fen",
        "shipped_at",
        "ship_state = 'shipped'",
    ),
    Metric(
        "gmv_settled",
        "结算 GMV",
        "fen",
        "账单里当期到账的货款减当期退款（按账单时间）",
        "账单行",
        FINANCE,
        fact="bills",
        part="amount_fen",
        at="billed_at",
        where="fee_type IN ('payment', 'refund')",
    ),
    _order("orders_paid", "付款订单", "当期付款的平台订单数：拆成几个包裹都只算一单", "1", "paid_at", PAID, "count"),
    _order(
        "orders_shipped", "发货订单", "当期整单发完的平台订单数", "1", "shipped_at", "ship_state = 'shipped'", "count"
    ),
    _order(
        "orders_due",
        "应发订单",
        "承诺最晚发货时间在当期的付款订单，发货前已全退的除外",
        "1",
        "latest_ship_at",
        _DUE,
        "count",
    ),
    _order("orders_complete", "已发完", "应发订单里整单发完的", "1", "latest_ship_at", _COMPLETE, "count"),
    _order(
        "orders_on_time",
        "准时发货",
        "应发订单里在承诺最晚发货时间前整单发完的",
        "1",
        "latest_ship_at",
        _ON_TIME,
        "count",
    ),
    _order(
        "orders_late",
        "超时订单",
        "应发订单里没有按承诺时间发完的（发晚了，或还没有发完）",
        "1",
        "latest_ship_at",
        f"{_DUE} AND NOT (ship_state = 'shipped' AND shipped_at IS NOT NULL AND shipped_at <= latest_ship_at)",
        "count",
    ),
    _order("seller_discount", "商家优惠", "付款订单里商家出的优惠", "seller_discount_fen", "paid_at", PAID),
    _order("platform_discount", "平台补贴", "付款订单里平台出的优惠", "platform_discount_fen", "paid_at", PAID),
    Metric(
        "refunds_done",
        "退款完成",
        "fen",
        "当期完成的退款（按完成时间，不论订单哪天付款）",
        "退款单",
        SERVICE,
        fact="refunds",
        version=WITHOUT_SPECIAL,
        part="amount_fen",
        at="done_at",
    ),
    Metric(
        "net_sales", "净销售", "fen", "付款 GMV 减退款完成", ORDER, SALES, terms=((1, "gmv_paid"), (-1, "refunds_done"))
    ),
    Metric(
        "aov",
        "客单价（÷付款订单数）",
        "fen",
        "付款 GMV ÷ 付款订单数：分母是订单，不是人",
        ORDER,
        SALES,
        ratio=Ratio("gmv_paid", "orders_paid", 1),
    ),
    Metric(
        "lines_revenue",
        "商品实付",
        "fen",
        "付款订单分摊到商品的实付金额；没分到商品的（运费等）单列一行",
        LINE,
        SALES,
        fact="lines",
        version=WITHOUT_SPECIAL,
        part="sold_fen",
        at="paid_at",
        where=PAID,
    ),
    Metric(
        "lines_qty",
        "销量",
        "pieces",
        "付款订单的商品件数",
        LINE,
        SALES,
        fact="lines",
        version=WITHOUT_SPECIAL,
        part="qty",
        at="paid_at",
        where=PAID,
    ),
    Metric(
        "parts_revenue",
        "单品实付",
        "fen",
        "商品实付；组合商品按构成拆开，最大余数法分摊，合计一分不差",
        SKU,
        SALES,
        fact="parts",
        part="sold_fen",
        at="paid_at",
        where=PAID,
    ),
    Metric(
        "parts_qty",
        "单品销量",
        "pieces",
        "付款订单的单品件数，组合商品按构成拆开",
        SKU,
        SALES,
        fact="parts",
        part="qty",
        at="paid_at",
        where=PAID,
    ),
    _share("fulfilment_rate", "订单履约率", "已发完 ÷ 应发订单", "orders_complete", "orders_due", STOCK),
    _share("on_time_rate", "发货及时率", "准时发货 ÷ 应发订单", "orders_on_time", "orders_due", STOCK),
    _worked(
        "orders_aftersale",
        "售后订单",
        "count",
        "当期提出售后的订单，同一单几次售后只算一次",
        ORDER,
        SERVICE,
        "COUNT(DISTINCT order) FROM refunds BY created_at",
    ),
    _worked(
        "aftersale_rate",
        "售后率",
        "percent",
        "售后订单 ÷ 当期发货订单",
        ORDER,
        SERVICE,
        "orders_aftersale ÷ orders_shipped",
    ),
    _worked(
        "stock_on_hand",
        "在库",
        "pieces",
        "截止那一天（或它后面那个夜里）各仓在库件数之和，按流水",
        SKU,
        STOCK,
        "SUM(in − out) FROM moves UNTIL last_day",
    ),
    _worked(
        "stock_opening",
        "期初在库",
        "pieces",
        "第一天开始前的在库件数",
        SKU,
        STOCK,
        "SUM(in − out) FROM moves BEFORE first_day",
    ),
    _worked(
        "stock_received",
        "当期入库",
        "pieces",
        "当期进仓的件数（采购、退货、期初、盘盈）",
        SKU,
        STOCK,
        "SUM(in) FROM moves IN period",
    ),
    _worked(
        "stock_reserved", "已占用", "pieces", "还没发、已经占住的件数", SKU, STOCK, "SUM(qty) FROM reservation held"
    ),
    _worked("stock_free", "可用", "pieces", "在库 − 已占用", SKU, STOCK, "stock_on_hand − stock_reserved"),
    _worked(
        "stock_cost_average",
        "平均库存成本",
        "fen",
        "当期每天末库存成本的平均",
        SKU,
        FINANCE,
        "SUM(day-end value) ÷ days",
    ),
    _worked(
        "cogs",
        "销货成本",
        "fen",
        "当期发给顾客的货的成本，减当期退回的",
        SKU,
        FINANCE,
        "SUM(issued value − returned value) FROM moves IN period",
    ),
    _worked(
        "turnover_days",
        "库存周转天数（按成本）",
        "days",
        "平均库存成本 ÷ 日均销货成本：按成本，不按售价",
        SKU,
        FINANCE,
        "stock_cost_average × days ÷ cogs",
    ),
    _worked(
        "turnover_days_by_revenue",
        "周转天数（按售价，仅对照）",
        "days",
        "平均库存成本 ÷ 日均单品实付：偏小，只作对照",
        SKU,
        FINANCE,
        "stock_cost_average × days ÷ parts_revenue",
    ),
    _worked(
        "sell_through",
        "售罄率",
        "percent",
        "当期销量 ÷（期初在库 + 当期入库）",
        SKU,
        SALES,
        "parts_qty ÷ (stock_opening + stock_received)",
    ),
    _worked(
        "movement_rate",
        "动销率",
        "percent",
        "当期卖出过的单品数 ÷ 有货或卖出过的单品数",
        SKU,
        SALES,
        "COUNT(sold) ÷ COUNT(stocked or sold)",
    ),
    _worked(
        "days_unsold",
        "未动销天数",
        "days",
        "距最后一次卖出的天数；从没卖过的从最早入库算起",
        SKU,
        SALES,
        "last_day − last sale",
    ),
    _worked(
        "cover_days", "可销天数", "days", "在库 ÷ 近 30 天日均销量", SKU, STOCK, "stock_on_hand × 30 ÷ sold 30 days"
    ),
    _worked(
        "sold_30_days",
        "近 30 天销量",
        "pieces",
        "截止当天 30 天内付款的单品件数",
        SKU,
        SALES,
        "parts_qty IN 30 days UNTIL last_day",
    ),
    _worked("growth", "环比增长", "percent", "与前一段同样长的时间比", SKU, SALES, "(now − before) ÷ before"),
    _worked("mom", "环比", "percent", "与上个月同样多的天数比", ORDER, SALES, "(now − before) ÷ before"),
    _worked("yoy", "同比", "percent", "与去年同一段日期比", ORDER, SALES, "(now − last year) ÷ last year"),
    _worked(
        "yoy_shifted",
        "同比（节日对齐）",
        "percent",
        "与去年可比的日子比：春节按农历对齐，618、双11 按活动日对齐",
        ORDER,
        SALES,
        "(now − comparable days) ÷ comparable days",
    ),
    _worked("skus", "单品数", "count", "有多少个单品", SKU, STOCK, "COUNT(sku)"),
    _worked("ad_spend", "广告花费", "fen", "广告后台当期的花费", "计划", SALES, "SUM(spend_fen) FROM ad_day IN period"),
    _worked(
        "ad_impressions",
        "展现量",
        "count",
        "广告当期的展现次数",
        "计划",
        SALES,
        "SUM(impressions) FROM ad_day IN period",
    ),
    _worked("ad_clicks", "点击量", "count", "广告当期的点击次数", "计划", SALES, "SUM(clicks) FROM ad_day IN period"),
    _worked("ad_click_rate", "点击率", "percent", "点击量 ÷ 展现量", "计划", SALES, "ad_clicks ÷ ad_impressions"),
    _worked(
        "ad_orders", "广告成交笔数", "count", "平台归到广告的成交", "计划", SALES, "SUM(orders) FROM ad_day IN period"
    ),
    _worked(
        "ad_gmv", "广告成交金额", "fen", "平台归到广告的成交金额", "计划", SALES, "SUM(gmv_fen) FROM ad_day IN period"
    ),
    _worked("ad_return", "投入产出比", "ratio", "广告成交金额 ÷ 广告花费", "计划", SALES, "ad_gmv ÷ ad_spend"),
    _worked(
        "statement_lines",
        "账单笔数",
        "count",
        "当期的账单行数",
        "账单行",
        FINANCE,
        "COUNT(*) FROM recon_item IN period",
    ),
    _worked(
        "statement_amount",
        "账单金额",
        "fen",
        "账单行的金额，收为正",
        "账单行",
        FINANCE,
        "SUM(amount_fen) FROM recon_item",
    ),
    _worked(
        "statement_expected",
        "应有金额",
        "fen",
        "按订单和约定算出来该有的金额",
        "账单行",
        FINANCE,
        "SUM(expected_fen) FROM recon_item",
    ),
    _worked(
        "statement_gap",
        "差额",
        "fen",
        "账单金额 − 应有金额",
        "账单行",
        FINANCE,
        "statement_amount − statement_expected",
    ),
    _worked(
        "demand_14_days",
        "14 日销量",
        "pieces",
        "14 天里付款且没有关闭的单品件数，组合商品拆开",
        SKU,
        STOCK,
        "SUM(qty) FROM order_line IN 14 days UNTIL last_day",
    ),
    _worked("demand_a_day", "日均销量", "ratio", "14 日销量 ÷ 14", SKU, STOCK, "demand_14_days ÷ 14"),
    _worked(
        "cover_days_14",
        "可销天数（按 14 日）",
        "days",
        "可用 ÷ 14 日的日均销量",
        SKU,
        STOCK,
        "stock_free ÷ demand_a_day",
    ),
    _worked(
        "restock_qty",
        "建议补货",
        "pieces",
        "日均销量 × 21 天 − 可用，向上取整",
        SKU,
        STOCK,
        "CEIL(demand_a_day × 21) − stock_free",
    ),
    _worked(
        "bot_records",
        "机器人记录数",
        "count",
        "当夜的任务、指令结果和外部动作，各按状态计",
        "记录",
        BOTS,
        "COUNT(*) FROM job, bot_result, effect OF night",
    ),
    _worked(
        "missing_items",
        "缺少的",
        "count",
        "该有而没有的天数、文件和行，和在等人的事",
        "记录",
        BOTS,
        "COUNT(*) FROM raw_receipt, quarantine, job, command",
    ),
    _worked(
        "unclassified_lines",
        "没归类的行",
        "count",
        "没有一条规则认得的账单行",
        "账单行",
        FINANCE,
        "COUNT(*) FROM bill_line, document_row WHERE fee_type = 'unclassified'",
    ),
    _worked(
        "unclassified_amount",
        "没归类的金额",
        "fen",
        "没有一条规则认得的账单行的金额",
        "账单行",
        FINANCE,
        "SUM(amount_fen) FROM bill_line, document_row WHERE fee_type = 'unclassified'",
    ),
)

METRICS: dict[str, Metric] = {metric.name: metric for metric in sorted(_ALL, key=lambda metric: metric.name)}


def base(name: str) -> tuple[tuple[int, Metric], ...]:
    """The sums of rows that a metric rests on, each with its sign (a ratio: those of numerator and denominator)."""
    metric = METRICS[name]
    if metric.terms:
        return tuple((sign * inner, found) for sign, term in metric.terms for inner, found in base(term))
    if metric.ratio:
        return (*base(metric.ratio.numerator), *base(metric.ratio.denominator))
    return ((1, metric),)
