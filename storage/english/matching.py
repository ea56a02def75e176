"""What reconciliation says of a line, in English."""

MATCHING = {
    "人工确认 {count} 项为一笔": "a person took {count} items as one",
    "人工确认 {count} 项为一笔，余 {rest} 未清": "a person took {count} items as one, {rest} open",
    "人工归到订单 {order}": "given to order {order} by a person",
    "人工确认按实扣": "confirmed as charged by a person",
    "人工确认不核对": "set aside by a person",
    "人工核销 {gap}": "{gap} written off by a person",
    "账单中流水号 {flow} 第 {n} 次出现，{amount} 重复": "flow number {flow} appears for the {n}. time, {amount} twice",
    "账单中提现流水号 {flow} 第 {n} 次出现，{amount} 重复": (
        "withdrawal {flow} appears for the {n}. time, {amount} twice"
    ),
    "个人账单，不属店铺对账范围": "personal, none of the shops'",
    "没有规则认识这一行：{amount}，请归类或申诉": "no rule knows this line: {amount}; classify or appeal",
    "{name}：自有资金划转，不影响损益": "{name}: own money moved, no profit or loss",
    "发生日 {day} 不在账单期间 {first} 至 {last} 内": "its day {day} is not in the statement's {first} to {last}",
    "账户级费用，按实扣": "a fee of the account, as charged",
    "订单 {order} 不在订单库中": "order {order} is not in the books",
    "{name} {amount}：订单 {order} 属于店铺 {shops}，却在 {shop} 的账单里": (
        "{name} {amount}: order {order} belongs to {shops}, yet stands in the statement of {shop}"
    ),
    "按实扣": "as charged",
    "{reason}；最迟 {last}，账单尚未覆盖或未到期": "{reason}; by {last} at the latest, not yet covered or due",
    "货款与退款相抵，净额 {amount}": "payment and refund offset, net {amount}",
    "退款 {refund} 已出账，再次出账 {amount}": "refund {refund} went out before, again {amount}",
    "退款 {amount} 对应两笔以上同额退款单，需人工确认": "refund {amount} fits several refunds; a person decides",
    "订单 {order} 没有退款单对应这笔退款 {amount}": "order {order} has no refund for this {amount}",
    "退款 {refund} 状态为{state}，却已退出 {amount}": "refund {refund} is {state}, yet {amount} went out",
    "退款 {refund} 账单已退，售后状态仍为{state}": "refund {refund} went out, its after-sale is still {state}",
    "退款 {refund} {words}": "refund {refund}: {words}",
    "与退款单一致": "as the refund says",
    "退款 {refund} 已完成 {amount}，账单无退款出账": "refund {refund} is done ({amount}), the statement has none",
    "订单 {order} 应收{name} {amount}，账单无此笔": "order {order} should get {name} {amount}, the statement has none",
    "{name} {amount} 发生在 {day}，早于订单付款日 {paid}": (
        "{name} {amount} on {day}, before the order was paid ({paid})"
    ),
    "{name} {amount} 已到，订单状态仍为{state}": "{name} {amount} came, the order is still {state}",
    "未完成": "not done",
    "处理中": "in progress",
    "{name}重复：同一订单再次出现 {amount}": "{name} twice: the same order again, {amount}",
    "未知": "unknown",
    "{name} {amount}：订单状态 {state}，应 {due}": "{name} {amount}: order state {state}, should be {due}",
    "{name}与订单一致": "{name} as the order says",
    "佣金{taken}，无合同费率": "commission {taken}, no rate in the contract",
    "佣金按实扣，无合同费率": "commission as charged, no rate in the contract",
    "订单 {order} 应扣佣金 {amount}，账单无此笔": (
        "order {order} should pay commission {amount}, the statement has none"
    ),
    "未扣除结算前退款": "refunds before settlement not taken off",
    "未含平台补贴": "without the platform's subsidy",
    "佣金基数错误（{words}）：{gap}": "commission on a wrong base ({words}): {gap}",
    "佣金退还按实扣，无合同费率": "commission given back as charged, no rate in the contract",
    "佣金重复退还 {amount}": "commission given back twice: {amount}",
    "退款 {refund} 应退还佣金 {amount}，账单无此笔": (
        "refund {refund} should give back commission {amount}; there is none"
    ),
    "退款 {refund} 的佣金退还": "commission given back for refund {refund}",
    "手续费按实扣": "payment fee as charged",
    "手续费 {amount} 没有对应的收款或退款": "payment fee {amount} without a payment or refund",
    "交易 {flow} {amount} 无手续费": "transaction {flow} {amount} has no fee",
    "手续费": "payment fee",
    "手续费与费率一致": "payment fee as the rate says",
    "{name}重复扣 {amount}：订单只有 {lines} 个子订单": "{name} taken twice, {amount}: the order has {lines} lines",
    "{name}多扣 {gap}：应 {due}，实 {said}（基数 {base}）": (
        "{name} {gap} too much: due {due}, taken {said} (base {base})"
    ),
    "{name}少扣 {gap}：应 {due}，实 {said}（基数 {base}）": (
        "{name} {gap} too little: due {due}, taken {said} (base {base})"
    ),
    "{name}多 {gap}：应 {due}，实 {said}": "{name} {gap} more: due {due}, is {said}",
    "{name}少 {gap}：应 {due}，实 {said}": "{name} {gap} less: due {due}, is {said}",
    "付款": "payment",
    "银行到账": "bank credit",
    "银行流水同日同额同余额第 {n} 次出现 {amount}": "same day, amount and balance for the {n}. time: {amount}",
    "银行费用 {amount}（{summary}），按实扣": "bank fee {amount} ({summary}), as charged",
    "{who} 于 {day} 退回 {amount}，这笔付款没有付成": "{who} sent {amount} back on {day}: the payment failed",
    "付款 {amount} 写明 {number}，收款人却是 {who}，应为 {payee}": (
        "payment {amount} names {number} and goes to {who}, not {payee}"
    ),
    "付款日 {day} 早于 {number} 的批准日 {on}": "paid {day}, before {number} was approved ({on})",
    "{number} 已付清，又付 {amount}": "{number} was paid, again {amount}",
    "{who} 同额付款 {amount} 再次出现，{number} 已付清": "{who}: {amount} again, {number} was paid",
    "{bills} 张应付与 {lines} 笔付款同为 {words}，无法确定对应关系，需人工确认": (
        "{bills} payables and {lines} payments are all {words}; a person decides"
    ),
    "{lines} 笔提现与 {credits} 笔到账同为 {amount}，无法确定对应关系，需人工确认": (
        "{lines} withdrawals and {credits} credits are all {amount}; a person decides"
    ),
    "{number} 应付 {amount}，{day} 到期": "{number}: {amount} due {day}",
    "未知对方": "somebody unknown",
    "未知付款方": "somebody unknown",
    "{who} 汇入 {amount}，不是任何钱包的提现": "{who} sent {amount}, no wallet's withdrawal",
    "{number} 付款": "payment of {number}",
    "{words}；{day} 到期": "{words}; due {day}",
    "付 {who} {amount}：有 {count} 张未付的应付，合计或单张都对不上，需人工确认": (
        "to {who} {amount}: {count} payables are open and none fits; a person decides"
    ),
    "付 {who} {amount}：没有已批准的付款": "to {who} {amount}: no payment was approved",
    "{number} 应付 {who} {amount}，{day} 到期，到 {last} 银行无此付款": (
        "{number}: {who} {amount} due {day}, unpaid up to {last}"
    ),
    "{number} 应付 {who} {amount}，{day} 到期，银行尚未付款": "{number}: {who} {amount} due {day}, not yet paid",
    "{numbers} 已批准 {bills} 笔共 {owed}，银行 {lines} 笔付清": (
        "{numbers}: {bills} approved, {owed}, paid by {lines}"
    ),
    "店铺 {shop} {lacking} 的订单还没有取到，取到后再核对": "orders of {shop} of {lacking} were not fetched yet",
    "店铺 {shop} {lacking} 的售后还没有取到，取到后再核对": "after-sales of {shop} of {lacking} were not fetched yet",
    "{day} 及以前": "{day} and before",
    "{first} 至 {last} 中 {count} 天": "{count} days of {first} to {last}",
    "订单 {order} 缺 {amount}，{day}": "order {order} lacks {amount}, {day}",
    "{name} {amount} 没有订单号，{count} 个订单金额相符（{numbers}…），需人工确认": (
        "{name} {amount} has no order number, {count} orders fit ({numbers}…); a person decides"
    ),
    "没有订单号，也没有金额相符的订单": "no order number, and no order of that amount",
    "提现 {lines} 笔与银行到账 {credits} 笔一致": "{lines} withdrawals and {credits} bank credits agree",
    "{day} {who} 到账": "{day} credit from {who}",
    "{day} {shop} 提现": "{day} withdrawal of {shop}",
    "银行支出，不属平台提现核对": "the bank's expense, no withdrawal",
    "{day} 银行退回 {amount}，这笔提现没有到账": (
        "sent back by the bank on {day}: {amount}; the withdrawal did not arrive"
    ),
    "{day} 提现退回钱包 {amount}，这笔提现没有到账": (
        "{amount} came back into the wallet on {day}; the withdrawal did not arrive"
    ),
    "{day} 提现退回钱包 {amount}，之前 {days} 天里没有这个数的提现没到账": (
        "{amount} came back into the wallet on {day}; no withdrawal of that sum in the {days} days before is open"
    ),
    "{day} 提现退回钱包 {amount}，之前 {days} 天的提现还没有取全，取到后再核对": (
        "{amount} came back into the wallet on {day}; withdrawals of the {days} days before were not all fetched yet"
    ),
    "{day} 提现 {amount}：还不知道银行流水里怎么称呼 {wallet} 钱包，无法核对到账": (
        "withdrawal {day} {amount}: what the bank calls the wallet {wallet} is not known"
    ),
    "{day} 提现 {amount}，到 {last} 银行仍未到账": "withdrawal {day} {amount}, not at the bank up to {last}",
    "{day} 提现 {amount} 在途，最迟 {last}": "withdrawal {day} {amount} on its way, by {last}",
    "{words}；银行账号 {lacking} 这几天的流水还没有取到": (
        "{words}; the statement of bank account {lacking} of these days was not fetched yet"
    ),
    "{who} 汇入 {amount}，{lacking}对应期间的提现还没有取到": (
        "{who} sent {amount}; withdrawals of {lacking} were not fetched"
    ),
    "{who} 汇入 {amount}，没有对应的提现": "{who} sent {amount}, no withdrawal fits",
    "补记 {rest}": "added later {rest}",
    "结转自 {rest}": "carried from {rest}",
    "没有订单": "no order",
    "交易成功": "finished",
    "交易关闭": "closed",
    "等待卖家发货": "waits for the seller to ship",
    "等待买家付款": "waits for the buyer to pay",
    "卖家已发货": "shipped",
    "等待买家确认收货": "waits for the buyer to receive",
}
