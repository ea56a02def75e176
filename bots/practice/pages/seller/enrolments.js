// 我的报名
(function () {
  const COLUMNS = [
    { key: "activity_id", label: "活动ID", width: 150 }, { key: "activity", label: "活动名称", min: 160 }, { key: "product_id", label: "商品ID", width: 170 },
    { key: "title", label: "商品名称", min: 200, clip: true }, { key: "price_fen", label: "活动价", width: 110, align: "right" },
    { key: "stock", label: "活动库存", width: 100, align: "right" }, { key: "at", label: "报名时间", width: 170 }, { key: "state", label: "状态", width: 100 },
  ];
  Mall.page({
    setup() {
      const list = Mall.listing("enrolments", { product_id: "", activity_id: "" }, (f) => f);
      list.load();
      return { list, columns: COLUMNS };
    },
    template: `
      <div class="y-card y-filters">
        <el-form inline @submit.prevent="list.load(1)">
          <el-form-item label="商品ID"><el-input v-model="list.filters.product_id" clearable placeholder="精确查找" data-testid="enrolment-product" /></el-form-item>
          <el-form-item label="活动ID"><el-input v-model="list.filters.activity_id" clearable placeholder="精确查找" data-testid="enrolment-activity" /></el-form-item>
          <el-form-item><el-button type="primary" native-type="submit" data-testid="search">查询</el-button><el-button @click="list.reset()">重置</el-button></el-form-item>
        </el-form>
      </div>
      <div class="y-card">
        <div class="y-bar"><span class="y-bar-title">报名记录<span class="y-bar-note">共 {{ list.total }} 条</span></span></div>
        <m-table :columns="columns" :rows="list.rows" :loading="list.loading" data-testid="enrolment-table">
          <template #product_id="{ row }"><span class="y-number">{{ row.product_id }}</span></template>
          <template #price_fen="{ row }"><span class="y-money">{{ yuan(row.price_fen) }}</span></template>
          <template #state><el-tag type="success" effect="light">报名通过</el-tag></template>
        </m-table>
        <m-paging :list="list" />
      </div>`,
  });
})();
