// 批量记录
(function () {
  const COLUMNS = [
    { key: "batch_id", label: "批次号", width: 170 }, { key: "file_name", label: "文件名", min: 240, clip: true }, { key: "at", label: "上传时间", width: 170 },
    { key: "ok", label: "成功", width: 90, align: "right" }, { key: "failed", label: "失败", width: 90, align: "right" }, { key: "action", label: "操作", width: 120, align: "center" },
  ];
  Mall.page({
    setup() {
      const list = Mall.listing("batches", { text: "" }, (f) => f);
      list.load();
      return { list, columns: COLUMNS };
    },
    template: `
      <div class="y-card y-filters">
        <el-form inline @submit.prevent="list.load(1)">
          <el-form-item label="文件名"><el-input v-model="list.filters.text" clearable placeholder="文件名或批次号" data-testid="batch-text" /></el-form-item>
          <el-form-item><el-button type="primary" native-type="submit" data-testid="search">查询</el-button><el-button @click="list.reset()">重置</el-button></el-form-item>
        </el-form>
      </div>
      <div class="y-card">
        <div class="y-bar"><span class="y-bar-title">上传记录<span class="y-bar-note">共 {{ list.total }} 条</span></span></div>
        <m-table :columns="columns" :rows="list.rows" :loading="list.loading" data-testid="batch-table">
          <template #failed="{ row }"><span :class="{ 'y-bad': row.failed }">{{ row.failed }}</span></template>
          <template #action="{ row }"><el-link type="primary" :href="row.url" underline="never">下载明细</el-link></template>
        </m-table>
        <m-paging :list="list" />
      </div>`,
  });
})();
