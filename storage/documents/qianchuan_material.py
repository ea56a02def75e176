"""巨量千川 素材报表: TABs and line ends in its header; no column says the day, the file's name must."""

from storage.documents.layout import Layout, wordy

LAYOUT = Layout(
    "qianchuan_material",
    platform="qianchuan",
    title="巨量千川 素材报表",
    verified="described",
    header="素材ID,素材名称,整体消耗,基础消耗,追投调控消耗,追投调控支付ROI,整体支付ROI,整体成交金额,整体成交订单数,"
    "整体展现次数,整体点击次数,净成交ROI,净成交金额,1小时内退款率,净成交金额结算率,净成交订单数",
    key=("素材ID",),
    needed=("素材ID", "素材名称", "整体消耗"),
    tells=("素材ID", "整体消耗", "整体支付ROI", "整体成交金额"),
    ids=("素材ID",),
    money=("整体消耗", "基础消耗", "追投调控消耗", "整体成交金额", "净成交金额"),
    wholes=("整体成交订单数", "整体展现次数", "整体点击次数", "净成交订单数"),
    rates=("追投调控支付ROI", "整体支付ROI", "净成交ROI", "1小时内退款率", "净成交金额结算率"),
    undated=True,
    drop=wordy("素材ID"),
)
