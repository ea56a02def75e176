// 提现记录
(function () {
  const COLUMNS = [{ key: "flow_no", label: "提现单号", width: 260 }, { key: "at", label: "提现时间", width: 180 }, { key: "amount_fen", label: "提现金额", width: 150, align: "right" },
    { key: "bank", label: "到账银行", min: 220 }, { key: "state", label: "状态", width: 120 }];
  Mall.page({
    setup() {
      const list = Mall.listing("withdrawals", {}, () => ({}));
      list.load();
      const download = () => location.assign("/api/pay/withdrawals/file");
      return { list, download, columns: COLUMNS };
    },
    template: `
      <div class="y-card">
        <div class="y-bar"><span class="y-bar-title">提现单<span class="y-bar-note">共 {{ list.total }} 笔</span></span><el-button @click="download" data-testid="download-withdrawals">下载提现记录</el-button></div>
        <m-table :columns="columns" :rows="list.rows" :loading="list.loading" data-testid="withdrawal-table">
          <template #flow_no="{ row }"><span class="y-number">{{ row.flow_no }}</span></template>
          <template #amount_fen="{ row }"><span class="y-money">{{ yuan(row.amount_fen) }}</span></template>
          <template #bank>工商银行(9876)</template>
          <template #state><el-tag type="success" effect="light">已转出</el-tag></template>
        </m-table>
        <m-paging :list="list" />
      </div>`,
  });
})();
