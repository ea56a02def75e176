-- The practice mall's own books: the truth that tests compare with. Money is integer fen. Times are
-- 'YYYY-MM-DD HH:MM:SS' in Asia/Shanghai. Nothing outside bots/practice reads this file's tables except tests.

CREATE TABLE setting  (name TEXT PRIMARY KEY, value TEXT NOT NULL);               -- seed, first_day, last_day (= the night's yesterday), size
CREATE TABLE account  (username TEXT PRIMARY KEY, password TEXT NOT NULL, totp_secret TEXT, site TEXT NOT NULL,
                       shop_id TEXT);                                             -- site: seller | pay | ads
CREATE TABLE shop     (shop_id TEXT PRIMARY KEY, name TEXT NOT NULL, wallet TEXT NOT NULL,
                       commission_bp INTEGER NOT NULL);                           -- wallet: alipay | wxpay; basis points of what was paid
CREATE TABLE product  (product_id TEXT PRIMARY KEY, shop_id TEXT NOT NULL REFERENCES shop, title TEXT NOT NULL,
                       category TEXT NOT NULL, on_shelf INTEGER NOT NULL, price_fen INTEGER NOT NULL,
                       floor_price_fen INTEGER NOT NULL);                         -- activity price must be <= floor_price_fen
CREATE TABLE sku      (sku_id TEXT PRIMARY KEY, product_id TEXT NOT NULL REFERENCES product, code TEXT NOT NULL,
                       spec TEXT NOT NULL, price_fen INTEGER NOT NULL, platform_stock INTEGER NOT NULL);
                                                                                  -- code (商家编码) is what warehouses know; shared by shops
CREATE TABLE bundle   (code TEXT NOT NULL, component_code TEXT NOT NULL, qty INTEGER NOT NULL, PRIMARY KEY (code, component_code));
CREATE TABLE warehouse (warehouse TEXT PRIMARY KEY, name TEXT NOT NULL, province TEXT NOT NULL);
CREATE TABLE warehouse_stock (warehouse TEXT NOT NULL, code TEXT NOT NULL, qty INTEGER NOT NULL, unit_cost_fen INTEGER NOT NULL,
                       PRIMARY KEY (warehouse, code));                            -- opening count on the night's morning
CREATE TABLE waybill_pool (carrier TEXT NOT NULL, waybill_no TEXT PRIMARY KEY);   -- numbers the carrier handed out, unused

CREATE TABLE orders   (order_no TEXT PRIMARY KEY, shop_id TEXT NOT NULL REFERENCES shop, created_at TEXT NOT NULL, paid_at TEXT,
                       shipped_at TEXT, finished_at TEXT, latest_ship_at TEXT, status TEXT NOT NULL,
                       -- 等待买家付款 | 等待卖家发货 | 卖家已发货 | 交易成功 | 交易关闭
                       goods_fen INTEGER NOT NULL, freight_fen INTEGER NOT NULL, seller_discount_fen INTEGER NOT NULL,
                       platform_discount_fen INTEGER NOT NULL, paid_fen INTEGER NOT NULL, refunded_fen INTEGER NOT NULL DEFAULT 0,
                       -- paid_fen (buyer's cash) = goods + freight - seller_discount - platform_discount; the platform's share is paid to the seller as a subsidy
                       province TEXT NOT NULL, city TEXT NOT NULL, receiver TEXT NOT NULL, phone TEXT NOT NULL, note TEXT NOT NULL DEFAULT '',
                       priority INTEGER NOT NULL DEFAULT 0, modified_at TEXT NOT NULL);
CREATE TABLE order_line (order_no TEXT NOT NULL REFERENCES orders, sub_no TEXT PRIMARY KEY, sku_id TEXT NOT NULL REFERENCES sku,
                       qty INTEGER NOT NULL, price_fen INTEGER NOT NULL, discount_share_fen INTEGER NOT NULL, paid_share_fen INTEGER NOT NULL,
                       refunded_fen INTEGER NOT NULL DEFAULT 0, refund_status TEXT NOT NULL DEFAULT '无售后');  -- 无售后 | 退款中 | 退款成功
CREATE TABLE refund   (refund_no TEXT PRIMARY KEY, order_no TEXT NOT NULL, sub_no TEXT NOT NULL, amount_fen INTEGER NOT NULL,
                       created_at TEXT NOT NULL, done_at TEXT, after_settlement INTEGER NOT NULL);
CREATE TABLE shipment (id INTEGER PRIMARY KEY, order_no TEXT NOT NULL, sub_no TEXT NOT NULL, carrier TEXT NOT NULL, waybill_no TEXT NOT NULL,
                       at TEXT NOT NULL, via TEXT NOT NULL);                      -- one row per accepted submit, even a repeated one; via: history | form | batch

CREATE TABLE wallet_line (id INTEGER PRIMARY KEY, wallet TEXT NOT NULL, shop_id TEXT NOT NULL, flow_no TEXT NOT NULL, business_no TEXT NOT NULL,
                       at TEXT NOT NULL, kind TEXT NOT NULL, order_no TEXT, refund_no TEXT, amount_fen INTEGER NOT NULL, balance_fen INTEGER NOT NULL,
                       fee_fen INTEGER NOT NULL DEFAULT 0,                        -- wxpay only: the fee column of a trade row
                       counterparty TEXT NOT NULL, remark TEXT NOT NULL, business_type TEXT NOT NULL);
                       -- kind: payment subsidy commission affiliate freight_insurance refund refund_commission withdrawal deposit unknown_fee
CREATE TABLE bank_line (id INTEGER PRIMARY KEY, at TEXT NOT NULL, summary TEXT NOT NULL, counterparty TEXT NOT NULL, amount_fen INTEGER NOT NULL,
                       balance_fen INTEGER NOT NULL);                             -- withdrawals arriving; unsigned columns in the file
CREATE TABLE ad_day   (day TEXT NOT NULL, shop_id TEXT NOT NULL, plan TEXT NOT NULL, product_id TEXT NOT NULL, spend_fen INTEGER NOT NULL,
                       impressions INTEGER NOT NULL, clicks INTEGER NOT NULL, orders INTEGER NOT NULL, gmv_fen INTEGER NOT NULL,
                       PRIMARY KEY (day, shop_id, plan, product_id));

CREATE TABLE planted  (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, shop_id TEXT NOT NULL, order_no TEXT, flow_no TEXT,
                       amount_fen INTEGER NOT NULL, note TEXT NOT NULL);          -- the known differences, see bots/practice/world/README.md

CREATE TABLE activity (activity_id TEXT PRIMARY KEY, title TEXT NOT NULL, min_stock INTEGER NOT NULL, max_stock INTEGER NOT NULL,
                       starts_at TEXT NOT NULL, ends_at TEXT NOT NULL);
CREATE TABLE enrolment (id INTEGER PRIMARY KEY, activity_id TEXT NOT NULL, product_id TEXT NOT NULL, price_fen INTEGER NOT NULL, stock INTEGER NOT NULL,
                       at TEXT NOT NULL);                                         -- one row per accepted submit, even a repeated one
CREATE TABLE shelf_event (id INTEGER PRIMARY KEY, product_id TEXT NOT NULL, action TEXT NOT NULL, at TEXT NOT NULL, via TEXT NOT NULL);
                                                                                  -- action: delist | list; one row per accepted submit, even a repeated one
CREATE TABLE export_task (task_id TEXT PRIMARY KEY, shop_id TEXT, site TEXT NOT NULL, kind TEXT NOT NULL, params TEXT NOT NULL, state TEXT NOT NULL,
                       created_at TEXT NOT NULL, ready_at REAL NOT NULL, file_name TEXT NOT NULL, content BLOB);
                                                                                  -- state: 生成中 | 已完成 | 失败
CREATE TABLE batch_upload (batch_id TEXT PRIMARY KEY, shop_id TEXT NOT NULL, file_name TEXT NOT NULL, at TEXT NOT NULL, ok INTEGER NOT NULL, failed INTEGER NOT NULL,
                       detail TEXT NOT NULL);                                     -- detail: JSON rows {sub_no, result, reason}
CREATE TABLE session  (token TEXT PRIMARY KEY, username TEXT NOT NULL, at REAL NOT NULL, verified INTEGER NOT NULL);
CREATE TABLE request_log (id INTEGER PRIMARY KEY, at REAL NOT NULL, site TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, status INTEGER NOT NULL,
                       fault TEXT NOT NULL DEFAULT '');

CREATE INDEX order_shop_created ON orders (shop_id, created_at);
CREATE INDEX line_order ON order_line (order_no);
CREATE INDEX wallet_shop_at ON wallet_line (shop_id, at);
CREATE INDEX shipment_line ON shipment (sub_no);
CREATE INDEX refund_order ON refund (order_no);
CREATE INDEX sku_product ON sku (product_id);
CREATE INDEX product_shop ON product (shop_id);
