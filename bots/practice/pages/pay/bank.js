// 银行流水
(function () {
  const COLUMNS = [{ key: "at", label: "交易时间", width: 180 }, { key: "summary", label: "摘要", width: 120 }, { key: "counterparty", label: "对方户名", min: 260 },
    { key: "amount_fen", label: "金额", width: 150, align: "right" }, { key: "balance_fen", label: "余额", width: 160, align: "right" }];
  Mall.page({
    setup() {
      const list = Mall.listing("bank", { days: null }, (f) => ({ from: f.days?.[0], to: f.days?.[1] }));
      list.load();
      const download = () => {
        if (!list.filters.days) { ElementPlus.ElMessage.warning("请先选择日期"); return; }
        location.assign(`/api/pay/bank/file?${Mall.query({ from: list.filters.days[0], to: list.filters.days[1] })}`);
      };
      return { list, download, columns: COLUMNS };
    },
    template: `
      <div class="y-card y-filters"><el-form inline @submit.prevent="list.load(1)">
        <el-form-item label="交易日期"><el-date-picker v-model="list.filters.days" type="daterange" value-format="YYYY-MM-DD" range-separator="至" start-placeholder="开始日期" end-placeholder="结束日期" unlink-panels /></el-form-item>
        <el-form-item><el-button type="primary" native-type="submit" data-testid="search">查询</el-button><el-button @click="list.reset()">重置</el-button></el-form-item>
      </el-form></div>
      <div class="y-card">
        <div class="y-bar"><span class="y-bar-title">工商银行（尾号 9876）<span class="y-bar-note">共 {{ list.total }} 笔</span></span><el-button @click="download" data-testid="download-bank">下载流水</el-button></div>
        <m-table :columns="columns" :rows="list.rows" :loading="list.loading" data-testid="bank-table">
          <template #amount_fen="{ row }"><span class="y-money">{{ yuan(row.amount_fen) }}</span></template>
          <template #balance_fen="{ row }"><span class="y-money">{{ yuan(row.balance_fen) }}</span></template>
        </m-table>
        <m-paging :list="list" />
      </div>`,
  });
})();
