// The list inside the frame of 账单下载
(function () {
  const COLUMNS = [{ key: "period", label: "账期", width: 160 }, { key: "kind", label: "账单类型", min: 160 }, { key: "state", label: "状态", width: 120 },
    { key: "action", label: "操作", width: 120, align: "center" }];
  Mall.page({
    bare: true,
    embedded: true,
    setup() {
      const list = Mall.listing("bills", { tab: "month", period: "" }, (f) => f, 10);
      list.load();
      return { list, columns: COLUMNS };
    },
    template: `
      <div class="y-bare">
        <el-tabs v-model="list.filters.tab" @tab-change="list.load(1)"><el-tab-pane label="月账单" name="month" /><el-tab-pane label="日账单" name="day" /></el-tabs>
        <el-form inline @submit.prevent="list.load(1)">
          <el-form-item label="账期"><el-input v-model="list.filters.period" clearable placeholder="如 2026-11 或 2026-11-20" style="width:220px" data-testid="bill-period" /></el-form-item>
          <el-form-item><el-button type="primary" native-type="submit" data-testid="search">查询</el-button></el-form-item>
        </el-form>
        <m-table :columns="columns" :rows="list.rows" :loading="list.loading" data-testid="bill-table">
          <template #state><el-tag type="success" effect="light">可下载</el-tag></template>
          <template #action="{ row }"><el-link type="primary" :href="row.url" underline="never">下载</el-link></template>
        </m-table>
        <m-paging :list="list" />
      </div>`,
  });
})();
