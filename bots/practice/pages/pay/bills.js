// 账单下载: the list stands in a frame of its own, as it does in older back-ends
Mall.page({
  setup() {
    const state = Vue.reactive({ accounts: [], shop: "" });
    const names = { alipay: "支付宝", wxpay: "微信支付" };
    Mall.ask("GET", "accounts").then((answer) => {
      if (!answer.ok) return;
      state.accounts = answer.rows.map((row) => ({ ...row, label: `${row.name}（${names[row.wallet] || row.wallet}）` }));
      state.shop = answer.rows[0]?.shop_id;
    });
    return { state };
  },
  template: `
    <div class="y-card y-filters"><el-form inline @submit.prevent>
      <el-form-item label="账户"><el-select v-model="state.shop" style="width:280px" data-testid="bill-account"><el-option v-for="row in state.accounts" :key="row.shop_id" :label="row.label" :value="row.shop_id" /></el-select></el-form-item>
    </el-form></div>
    <iframe class="y-frame" v-if="state.shop" src="/pay/bill-list" title="账单列表" data-testid="bill-frame"></iframe>`,
});
