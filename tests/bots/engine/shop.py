"""A small shop on the fake browser: products with 下架, an order list with an export, a sign-in page, a popup."""

import io
import zipfile

from bots.browser.fake import FakeElement, FakePage, FakeSite, Then, button, field, link, row, show, text

SELECTORS = """
site: shop
title: 小店
base: ${base_url}
login:
  signed_in: {visible: 店铺名称}
  signed_out: {visible: 登录框}
  refused: 登录提示
  steps:
    - open: 登录页
    - fill: {用户名: "${account.username}", 密码: "${secret.password}"}
    - click: 登录
popups:
  - {when: 公告, click: 我知道了}
elements:
  店铺名称: {testid: shop}
  登录框: {testid: login-box}
  登录提示: {testid: login-error}
  公告: {testid: notice}
pages:
  首页: ''
  登录页: /login
  商品管理:
    url: /products
    elements:
      商品行: {row: "${商品ID}"}
      下架按钮: [{testid: gone}, {role: button, name: 下架}]
  订单管理:
    url: /orders
  表单:
    url: /form
"""


def xlsx(*rows: tuple[str, ...]) -> bytes:
    """A workbook with these rows, every cell text."""
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for line, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                sheet.write_string(line, column, cell)
    return target.getvalue()


def zipped(name: str, content: bytes) -> bytes:
    """A zip with one file."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, content)
    return target.getvalue()


class Shop:
    """The truth behind the pages: which products are off the shelf, how often each was taken off, who is signed in."""

    def __init__(self, *products: str, signed_in: bool = True) -> None:
        self.products = dict.fromkeys(products, True)
        self.delisted: list[str] = []
        self.signed_in = signed_in
        self.lose_answers = 0
        self.keeps_waiting = False
        self.submitted: list[str] = []
        self.sign_out_at_clicks: set[int] = set()
        self.refuses = False
        self.loses_sign_ins = 0
        self.sign_ins = 0
        self.clicks = 0
        self.notice_after = -1
        self.broken_until = 0
        self.files: list[tuple[str, bytes]] = [("订单.xlsx", ORDERS)]
        self.sent = 0
        self.site = FakeSite({})
        self.asked = ""
        self.counted = 0
        self._draw_all()

    def _draw_all(self) -> None:
        self.site.pages.update(
            {
                "": self._home(),
                "/": self._home(),
                "/login": self._login(),
                "/login?refused": [text("密码不对", testid="login-error"), *self._login()],
                "/products": [],
                "/orders": self._orders(),
                "/form": self._form(),
            }
        )
        self._draw_products()

    def _head(self) -> list[FakeElement]:
        notice = [text("公告", testid="notice", hidden=True), button("我知道了", self._close_notice, hidden=True)]
        return [text("小店", testid="shop"), *notice] if self.signed_in else [text("请登录", testid="login-box")]

    def _home(self) -> list[FakeElement]:
        return self._head()

    def _login(self) -> list[FakeElement]:
        return [
            text("请登录", testid="login-box"),
            field("用户名"),
            field("密码"),
            button("登录", self._sign_in),
        ]

    def _sign_in(self, page: FakePage) -> None:
        self.sign_ins += 1
        if self.refuses:
            page.move("/login?refused")
            return
        if self.loses_sign_ins:
            self.loses_sign_ins -= 1
            self._draw_all()
            page.move("/login")
            return
        self.signed_in = True
        self._draw_all()
        page.move("/")

    def _draw_products(self) -> None:
        shown = [one for one in self.products if one == self.asked]
        elements = [*self._head(), field("商品ID", self.asked), button("查询", self._click(self._search))]
        for product in shown:
            state = "出售中" if self.products[product] else "已下架"
            elements += [
                row(product, state),
                text(state, place=product),
                button("下架", self._click(self._confirm(product)), place=product, hidden=not self.products[product]),
            ]
        elements += [button("确定", self._click(self._delist), hidden=True), text("下架成功", hidden=True)]
        self.site.pages["/products"] = elements

    def _click(self, then: Then) -> Then:
        def clicked(page: FakePage) -> None:
            self.clicks += 1
            if self.clicks in self.sign_out_at_clicks:
                self.signed_in = False
                self._draw_all()
                page.move("/login")
                return
            then(page)
            if self.clicks == self.notice_after:
                page.turn(["公告", "我知道了"], hidden=False)

        return clicked

    def _close_notice(self, page: FakePage) -> None:
        page.turn(["公告", "我知道了"], hidden=True)

    def _search(self, page: FakePage) -> None:
        self.asked = next(one.value for one in page.elements if one.text == "商品ID")
        self._draw_products()

    def _confirm(self, product: str) -> Then:
        def confirm(page: FakePage) -> None:
            self.confirming = product
            page.turn(["确定"], hidden=False)

        return confirm

    def _delist(self, page: FakePage) -> None:
        product = self.confirming
        self.submitted.append(product)
        if self.keeps_waiting:  # the page spins until the answer is there; the list shows it once it has been given
            page.turn(["确定"], hidden=True)
            if self.site.answers_in_ms < float("inf"):
                self.products[product] = False
            return
        self.products[product] = False
        self.delisted.append(product)
        if self.lose_answers:
            self.lose_answers -= 1
            page.turn(["确定"], hidden=True)
            return
        self._draw_products()
        page.turn(["下架成功"], hidden=False)

    def _orders(self) -> list[FakeElement]:
        return [
            *self._head(),
            field("下单日期"),
            link("下载", self._click(self._send)),
            button("导出订单", self._click(self._start_export)),
            row("T1", "2026-11-20", "生成中", hidden=True),
            button("刷新", self._click(self._finish_export), hidden=True),
            link("取回", self._click(self._send), place="T1", hidden=True),
        ]

    def _form(self) -> list[FakeElement]:
        self.site.tables["/form"] = [{"单号": "1", "金额": "10.50"}, {"单号": "2", "金额": "3.00"}]
        self.site.tables["/api/orders"] = [{"单号": "1", "件数": "2"}]
        return [
            *self._head(),
            field("备注"),
            FakeElement("快递公司", "select"),
            FakeElement("同意", "checkbox"),
            field("附件"),
            text("余额", testid="balance", value="可用 1,234.50 元"),
            button("加一", self._count),
            button("更多", show("菜单")),
            text("菜单", hidden=True),
            text("共 3 次", hidden=True),
            row("甲", "1"),
            row("乙", "2"),
            button("新窗口", self._new_tab),
        ]

    def _count(self, page: FakePage) -> None:
        self.counted += 1
        if self.counted == 3:
            page.turn(["共 3 次"], hidden=False)

    def _new_tab(self, page: FakePage) -> None:
        opened = FakePage(page.session)
        opened.move("/orders")
        page.session.pages.append(opened)

    def _start_export(self, page: FakePage) -> None:
        page.turn(["T1", "刷新"], hidden=False)
        page.turn(["取回"], hidden=True)

    def _finish_export(self, page: FakePage) -> None:
        page.turn(["取回"], hidden=False)

    def _send(self, page: FakePage) -> None:
        name, content = self.files[min(self.sent, len(self.files) - 1)]
        self.sent += 1
        page.send(name, content)


ORDERS = xlsx(("订单号", "下单时间"), ("1001", "2026-11-20 09:00:00"), ("1002", "2026-11-20 10:00:00"))
