// 推广报表
(function () {
  const COLUMNS = [{ key: "day", label: "日期", width: 105 }, { key: "shop_id", label: "店铺", width: 85 }, { key: "plan", label: "计划", min: 140, clip: true }, { key: "product_id", label: "商品ID", width: 130 },
    { key: "title", label: "商品", min: 150, clip: true }, { key: "spend_fen", label: "花费", width: 105, align: "right" }, { key: "impressions", label: "展现量", width: 90, align: "right" },
    { key: "clicks", label: "点击量", width: 80, align: "right" }, { key: "orders", label: "成交笔数", width: 90, align: "right" }, { key: "gmv_fen", label: "成交金额", width: 115, align: "right" }];
  Mall.page({
    setup() {
      const list = Mall.listing("report", { days: null }, (f) => ({ from: f.days?.[0], to: f.days?.[1] }));
      list.load();
      const download = () => {
        if (!list.filters.days) { ElementPlus.ElMessage.warning("请先选择日期"); return; }
        location.assign(`/api/ads/report/file?${Mall.query({ from: list.filters.days[0], to: list.filters.days[1] })}`);
      };
      return { list, download, columns: COLUMNS };
    },
    template: `
      <div class="y-card y-filters"><el-form inline @submit.prevent="list.load(1)">
        <el-form-item label="日期"><el-date-picker v-model="list.filters.days" type="daterange" value-format="YYYY-MM-DD" range-separator="至" start-placeholder="开始日期" end-placeholder="结束日期" unlink-panels /></el-form-item>
        <el-form-item><el-button type="primary" native-type="submit" data-testid="search">查询</el-button><el-button @click="list.reset()">重置</el-button></el-form-item>
      </el-form></div>
      <div class="y-card">
        <div class="y-bar"><span class="y-bar-title">推广明细<span class="y-bar-note">共 {{ list.total }} 条</span></span><el-button @click="download" data-testid="download-report">下载报表</el-button></div>
        <m-table :columns="columns" :rows="list.rows" :loading="list.loading" data-testid="ad-table">
          <template #product_id="{ row }"><span class="y-number">{{ row.product_id }}</span></template>
          <template #spend_fen="{ row }"><span class="y-money">{{ yuan(row.spend_fen) }}</span></template>
          <template #gmv_fen="{ row }"><span class="y-money">{{ yuan(row.gmv_fen) }}</span></template>
        </m-table>
        <m-paging :list="list" />
      </div>`,
  });
})();
