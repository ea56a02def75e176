// The frame around a page: side menu, header, breadcrumb; and the notices that the server asks for.
(function () {
  const { ElNotification } = ElementPlus;
  const ICONS = {
    home: "M2 7.5 8 2.5l6 5V14H10v-4H6v4H2z", orders: "M3 2h10v12l-2-1.4L9 14l-1-.8L7 14l-2-1.4L3 14zM5.5 5.5h5M5.5 8.5h5",
    exports: "M8 2v8m0 0 3-3m-3 3L5 7M2.5 11v2.5h11V11", goods: "M2.5 5 8 2l5.5 3v6L8 14l-5.5-3zM2.5 5 8 8l5.5-3M8 8v6",
    stock: "M2 6.5 8 3l6 3.5V14H2zM5 14v-4.5h6V14", gift: "M2.5 6h11v3h-11zM3.5 9v5h9V9M8 6v8M8 6S6.5 2 4.8 3.3 8 6 8 6s1.5-4 3.2-2.7S8 6 8 6",
    list: "M5.5 4H14M5.5 8H14M5.5 12H14M2.5 4h.01M2.5 8h.01M2.5 12h.01", truck: "M1.5 4h8v7h-8zM9.5 6.5h3l2 2.2V11h-5M4.5 13a1.3 1.3 0 1 0 0-2.6 1.3 1.3 0 0 0 0 2.6m7 0a1.3 1.3 0 1 0 0-2.6 1.3 1.3 0 0 0 0 2.6",
    upload: "M8 10V2.5m0 0 3 3m-3-3-3 3M2.5 10.5v3h11v-3", bill: "M3.5 2h9v12h-9zM6 5h4M6 8h4M6 11h2", bank: "M2 6l6-3.5L14 6zM3.5 7v5M6.5 7v5M9.5 7v5M12.5 7v5M2 13.5h12",
    cash: "M2 4h12v8H2zM8 9.8A1.8 1.8 0 1 0 8 6.2a1.8 1.8 0 0 0 0 3.6", chart: "M2.5 13.5h11M4.5 11V7.5M8 11V3.5M11.5 11V6",
  };
  const MENUS = {
    seller: [
      ["", [["首页", "home", "home"]]],
      ["交易", [["订单管理", "orders", "orders"], ["发货管理", "shipping", "truck"], ["批量发货", "batch", "upload"],
        ["批量记录", "batches", "list"], ["导出记录", "exports", "exports"]]],
      ["商品", [["商品管理", "products", "goods"], ["库存管理", "stock", "stock"]]],
      ["营销", [["活动报名", "activities", "gift"], ["我的报名", "enrolments", "list"]]],
    ],
    pay: [["", [["首页", "home", "home"]]], ["资金", [["账单下载", "bills", "bill"], ["银行流水", "bank", "bank"], ["提现记录", "withdrawals", "cash"]]]],
    ads: [["", [["首页", "home", "home"]]], ["数据", [["推广报表", "report", "chart"]]]],
  };
  const NAMES = { seller: ["卖家中心", "卖"], pay: ["支付中心", "付"], ads: ["推广中心", "推"] };

  function notices() {
    if (!MALL.look.includes("notice")) return;
    const show = (title, message) => ElNotification({ title, message, type: "warning", duration: 0, offset: 8 });
    show("服务升级通知", "系统将于今晚 02:00 进行例行维护，届时部分功能短暂不可用。");
    // The second one finds its place below the first only once that has a height.
    setTimeout(() => show("商家成长任务", "您有 3 个成长任务待领取，完成可获得流量扶持。"), 400);
  }

  const Notice = {
    data: () => ({ open: MALL.look.includes("popup") }),
    template: `
      <el-dialog v-model="open" title="平台公告" width="460" append-to-body :close-on-click-modal="false"
                 :close-on-press-escape="false" :show-close="false" data-testid="notice-dialog">
        <p>为保障大促期间交易体验，请商家在 48 小时内完成发货，超时订单将按规则处理。</p>
        <template #footer><el-button type="primary" @click="open = false">我知道了</el-button></template>
      </el-dialog>`,
  };

  const Frame = {
    setup() {
      const groups = MENUS[MALL.site];
      const active = location.pathname.split("/")[2] || "home";
      const entry = groups.flatMap(([group, items]) => items.map((item) => [group, ...item])).find((item) => item[2] === active);
      const go = (name) => location.assign(`/${MALL.site}/${name}`);
      const leave = async () => { await Mall.ask("POST", "logout", {}); location.assign(`/${MALL.site}/login`); };
      return { groups, active, go, leave, icons: ICONS, crumbs: entry ? [entry[0], entry[1]].filter(Boolean) : [], site: NAMES[MALL.site], m: MALL };
    },
    template: `
      <div class="y-layout" :class="'theme-' + m.site">
        <aside class="y-side" aria-label="主菜单" data-testid="side-menu">
          <div class="y-brand"><span class="y-logo">{{ site[1] }}</span>{{ site[0] }}</div>
          <el-menu :default-active="active" @select="go">
            <el-menu-item-group v-for="[group, items] in groups" :key="group" :title="group">
              <el-menu-item v-for="[label, name, icon] in items" :key="name" :index="name">
                <svg class="y-icon" viewBox="0 0 16 16" aria-hidden="true"><path :d="icons[icon]" /></svg>{{ label }}
              </el-menu-item>
            </el-menu-item-group>
          </el-menu>
        </aside>
        <div class="y-column">
          <header class="y-header">
            <div class="y-shop" data-testid="shop-name"><el-tag effect="plain" round>{{ m.shop_id || "全部店铺" }}</el-tag>{{ m.shop_name }}</div>
            <div class="y-user"><span data-testid="user-name">{{ m.username }}</span><el-button link @click="leave">退出</el-button></div>
          </header>
          <el-breadcrumb v-if="crumbs.length" separator="/" class="y-crumbs">
            <el-breadcrumb-item>{{ site[0] }}</el-breadcrumb-item>
            <el-breadcrumb-item v-for="crumb in crumbs" :key="crumb">{{ crumb }}</el-breadcrumb-item>
          </el-breadcrumb>
          <main class="y-main"><page-body /></main>
        </div>
        <notice />
      </div>`,
  };
  const Bare = { setup: () => ({ m: MALL }), template: `<div :class="'theme-' + m.site"><page-body /><notice /></div>` };

  Mall.page = (body) => {
    // Dialogs and drop-downs are teleported to the body, so the site's colours are set there as well.
    document.body.classList.add(`theme-${MALL.site}`);
    const app = Vue.createApp(body.bare ? Bare : Frame);
    app.use(ElementPlus, { locale: window.ElementPlusLocaleZhCn });
    app.config.globalProperties.yuan = Mall.yuan;
    for (const [name, component] of Object.entries({ ...Mall.components, PageBody: body, Notice })) app.component(name, component);
    app.mount("#app");
    if (!body.embedded) notices();
  };
})();
