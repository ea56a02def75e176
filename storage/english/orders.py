"""What the night says of orders, stock and worklists, in English."""

ORDERS = {
    "补单（刷单）": "brushing order",
    "测试单": "test order",
    "还没有付款": "not yet paid",
    "应付 {paid} 元，还差 {missing} 元": "¥{paid} due, ¥{missing} missing",
    "子订单 {lost} 没有对应到商品编码": "sub-orders {lost} have no code",
    "订单没有明细": "the order has no lines",
    "地址不完整：{state}": "address incomplete: {state}",
    "没有「{province}」这个省": "there is no province {province}",
    "有退款：{asked}": "refund open: {asked}",
    "整单": "the whole order",
    "买家留言：{memo}": "buyer's note: {memo}",
    "卖家备注：{memo}": "seller's note: {memo}",
    "旗标：{flag}": "flag: {flag}",
    "活动 {name} 每人限购 {qty} 件，连这单买了 {bought} 件": (
        "campaign {name}: {qty} a buyer, {bought} with this order"
    ),
    "活动 {name} 每人限 {most} 单，这是第 {orders} 单": (
        "campaign {name}: {most} orders a buyer, this is the {orders}."
    ),
    "下单时间不在活动 {name} 期间（{begin} 至 {end}）": "not within campaign {name} ({begin} to {end})",
    "活动 {name} 只给新客，他买过 {orders} 单": "campaign {name} is for new buyers; he bought {orders} times",
    "预售尾款还没付": "the balance of the presale is unpaid",
    "{code} 的预售名额剩 {left} 件，这单要 {qty} 件": "presale of {code}: {left} left, {qty} wanted",
    "等到 {until} 再发，以便合单或取消": "waits until {until}, to be joined or cancelled",
    "{kind}，不计业绩": "{kind}, not counted",
    "{code} 要 {qty} 件，单仓最多 {free} 件": "{code}: {qty} wanted, {free} at most in one warehouse",
    "{code} 要 {qty} 件，单仓最多 {most} 件，各仓合计 {total} 件": (
        "{code}: {qty} wanted, {most} in one warehouse, {total} in all"
    ),
    "缺货：{words}": "out of stock: {words}",
    "改地址": "change the address",
    "取消": "cancel",
    "对应商品": "name the goods",
    "等到货": "wait for goods",
    "换货": "exchange",
    "处理售后": "handle the after-sale",
    "放行": "release",
    "采购": "purchasing",
    "风控": "risk",
    "欺诈风险": "fraud",
    "时间到了": "the time has come",
    "拦截时间到，自动放行": "the hold's time is over, released",
    "货到了": "goods came",
    "货到了，自动放行": "goods came, released",
    "24 小时内第 {count} 单": "{count}. order within 24 hours",
    "同一地址有 {count} 个买家账号": "{count} buyers at one address",
    "以前 {orders} 单退了 {back} 单": "{back} of {orders} orders came back",
    "{code} 成交价 {paid} 元，平时 {usual} 元": "{code} for ¥{paid}, ¥{usual} as a rule",
    "一个商品买了 {most} 件": "{most} pieces of one product",
    "首次购买就付 {paid} 元": "¥{paid} at the first purchase",
    "风险 {score} 分：{words}": "risk {score}: {words}",
    "子订单 {line}：各样都有货，但不在同一个仓，凑不齐": "sub-order {line}: all in stock, but in no one warehouse",
    "子订单 {line} 缺货：{words}": "sub-order {line} out of stock: {words}",
    "这次不发货": "nothing is shipped now",
    "先发配得齐的 {count} 个子订单：{said}": "{count} sub-orders first that are there: {said}",
    "省份不明": "province unknown",
    "拆成 {count} 个包裹，从{names}发往{where}，{cost}：没有一个仓配得齐（{because}）": (
        "{count} parcels from {names} to {where}, {cost}: no warehouse has it all ({because})"
    ),
    "{zone} 区": "zone {zone}",
    "{cost} 元": "¥{cost}",
    "与{rival}同价，按仓库次序选它": "as dear as {rival}, chosen by order",
    "比{rival}省 {dearer} 元": "¥{dearer} cheaper than {rival}",
    "{rival}便宜 {gap} 元，但那里的货别的订单更需要": "{rival} is ¥{gap} cheaper, but others need its goods more",
    "从{names}整单发往{where}（{zones}），{cost}，{tie}": "whole from {names} to {where} ({zones}), {cost}, {tie}",
    "从{names}发往{where}（{zones}），{cost}，只有它配得齐": (
        "from {names} to {where} ({zones}), {cost}, only it has all"
    ),
    "子订单 {line} 的{what} 在 {where} 抽 {took}（本批开始时有 {had}，{why}）": (
        "sub-order {line}: {what} from {where} draws {took} (there were {had}; {why})"
    ),
    "多选一 {code}×{qty}": "pick-one set {code}×{qty}",
    "福袋 {code}×{qty}": "lucky bag {code}×{qty}",
    "只有这一种抽法": "the only way to draw it",
    "{count} 种抽法里取剩得最多的": "of {count} ways the one of which most is left",
    "{count} 种抽法里没取剩得最多的，那些货别处更需要": (
        "of {count} ways not the one of which most is left: those goods are needed more elsewhere"
    ),
    "{wanted} 抽不齐（可用 {had}）": "{wanted} cannot be drawn (there are {had})",
    "可抽 {codes}": "drawn from {codes}",
    "买家下单": "ordered",
    "买家付款": "paid",
    "平台记为已发货": "shipped by the platform's word",
    "交易完成": "finished",
    "订单关闭": "closed",
    "配货": "allocated",
    "机器人在平台上发了货": "a bot shipped it on the platform",
    "平台的说法与账上不符": "the platform contradicts the books",
    "拦截「{name}」：{words}": "held, {name}: {words}",
    "放行「{name}」：{words}": "released, {name}: {words}",
    "打包好了": "packed",
    "交给快递": "handed over",
    "包裹取消": "parcel cancelled",
    "包裹拉回": "parcel pulled back",
    "请仓库拉回": "the warehouse is asked to pull it back",
    "通知 {warehouse} 备货 {parcel}": "{warehouse} is told to prepare {parcel}",
    "可售 {qty} 件，达到上架线 {line} 件": "{qty} can be sold, {line} are enough to list",
    "所有规格可售为 0，各仓都没有货（{codes}）": "no variant can be sold, no warehouse has any ({codes})",
    "{why}；一次要下架 {gone} 个，在架共 {all} 个，超过上限，等人确认": (
        "{why}; {gone} of {all} would go off the shelf at once: a person confirms"
    ),
    "每个规格至少可售 {qty} 件；原价 {price} 元，活动最高价 {ceiling} 元": (
        "{qty} of each variant at least; ¥{price}, ¥{ceiling} at most in the campaign"
    ),
    "每个规格至少可售 {qty} 件；原价 {price} 元": "{qty} of each variant at least; ¥{price}",
    "已从 {warehouse} 配货并贴单": "allocated from {warehouse} and labelled",
    "退 {back} 元，实付 {paid} 元，是退差价还是退其中几件，文件没有写": (
        "¥{back} of ¥{paid} went back; the file does not say whether for pieces or as a price difference"
    ),
    "{day} 还没到 {at}": "{day} is before {at}",
}
