"""天猫 发布模板: a title above the header on row 3; 商家编码 and 发货时间 stand twice, for product and sku."""

from storage.documents.layout import Layout

LAYOUT = Layout(
    "tmall_publish_template",
    platform="taobao",
    title="天猫 发布模板",
    verified="described",
    header="商品Id,类目id,类目名称,商品标题,一口价,导购标题,商家编码,发货时间,最长发货时间,销售属性,属性对,发货时间,"
    "skuId,价格（元）,数量,商家编码,生产日期,保质期",
    key=("商品Id", "skuId"),
    blanks=("skuId",),
    needed=("商品Id", "skuId", "商品标题", "价格（元）", "数量"),
    tells=("商品Id", "类目id", "商品标题", "skuId", "价格（元）"),
    ids=("商品Id", "类目id", "商家编码", "skuId", "商家编码#2"),
    wholes=("数量",),
    money=("一口价", "价格（元）"),
)
