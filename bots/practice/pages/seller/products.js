// 商品管理
(function () {
  const COLUMNS = [
    { key: "product_id", label: "商品ID", width: 170 }, { key: "title", label: "商品名称", min: 220, clip: true },
    { key: "category", label: "类目", width: 130 }, { key: "price_fen", label: "价格", width: 110, align: "right" },
    { key: "sku_count", label: "规格数", width: 80, align: "right" }, { key: "platform_stock", label: "平台库存", width: 100, align: "right" },
    { key: "state", label: "商品状态", width: 110 }, { key: "action", label: "操作", width: 90, align: "center" },
  ];
  const WORDS = { delist: "下架", list: "上架" };
  Mall.page({
    setup() {
      const list = Mall.listing("products", { product_id: "", title: "", category: [], status: "" }, (f) => ({
        product_id: f.product_id, title: f.title, category: (f.category || []).join("/"), status: f.status }));
      list.load();
      const tree = Vue.ref([]), chosen = Vue.ref([]);
      Mall.ask("GET", "categories").then((answer) => { if (answer.ok) tree.value = answer.tree; });
      const exporting = Mall.exporting();
      const failed = Vue.reactive({ open: false, rows: [], done: 0 });
      async function shelf(rows, action) {
        const word = WORDS[action];
        const what = rows.length === 1 ? `商品 ${rows[0].product_id}` : `选中的 ${rows.length} 个商品`;
        try {
          await ElementPlus.ElMessageBox.confirm(`确定${word}${what}吗？`, `${word}商品`, { type: "warning", confirmButtonText: "确定", cancelButtonText: "取消" });
        } catch (cancelled) { return; }
        const answer = await Mall.ask("POST", "products/shelf", { ids: rows.map((row) => row.product_id), action });
        if (!answer.ok) { if (answer.message && !answer.broken) ElementPlus.ElMessage.error(`${word}失败：${answer.message}`); return; }
        if (answer.failures.length) Object.assign(failed, { open: true, rows: answer.failures.map((row) => ({ ...row, key: row.product_id })), done: answer.done });
        else ElementPlus.ElMessage.success(rows.length === 1 ? `${word}成功` : `${word}成功 ${answer.done} 个商品`);
        await list.load(list.page);
      }
      return { list, tree, chosen, exporting, failed, shelf, columns: COLUMNS,
        reasons: [{ key: "product_id", label: "商品ID", width: 180 }, { key: "reason", label: "失败原因", min: 200 }] };
    },
    template: `
      <div class="y-card y-filters">
        <el-form inline @submit.prevent="list.load(1)">
          <el-form-item label="商品ID"><el-input v-model="list.filters.product_id" clearable placeholder="精确查找" data-testid="product-id" /></el-form-item>
          <el-form-item label="商品名称"><el-input v-model="list.filters.title" clearable placeholder="名称关键字" data-testid="product-title" /></el-form-item>
          <el-form-item label="类目"><el-cascader v-model="list.filters.category" :options="tree" :props="{ checkStrictly: false }" clearable placeholder="全部类目" /></el-form-item>
          <el-form-item label="状态"><el-select v-model="list.filters.status" placeholder="全部" data-testid="product-state">
            <el-option label="全部" value="" /><el-option label="出售中" value="上架" /><el-option label="已下架" value="下架" /></el-select></el-form-item>
          <el-form-item><el-button type="primary" native-type="submit" data-testid="search">查询</el-button><el-button @click="list.reset()">重置</el-button></el-form-item>
        </el-form>
      </div>
      <div class="y-card">
        <div class="y-bar"><span class="y-bar-title">商品列表<span class="y-bar-note">共 {{ list.total }} 个</span></span>
          <span><el-button :disabled="!chosen.length" @click="shelf(chosen, 'list')" data-testid="bulk-list">批量上架</el-button>
            <el-button :disabled="!chosen.length" @click="shelf(chosen, 'delist')" data-testid="bulk-delist">批量下架</el-button>
            <el-button :loading="exporting.busy === 'practice_products'" @click="exporting.start('practice_products', {})" data-testid="export-products">导出商品</el-button></span></div>
        <m-table :columns="columns" :rows="list.rows" :loading="list.loading" selectable @selection="chosen = $event" data-testid="product-table">
          <template #product_id="{ row }"><span class="y-number">{{ row.product_id }}</span></template>
          <template #price_fen="{ row }"><span class="y-money">{{ yuan(row.price_fen) }}</span></template>
          <template #state="{ row }"><el-tag :type="row.on_shelf ? 'success' : 'info'" effect="light">{{ row.state }}</el-tag></template>
          <template #action="{ row }">
            <el-button v-if="row.on_shelf" link type="primary" @click="shelf([row], 'delist')">下架</el-button>
            <el-button v-else link type="primary" @click="shelf([row], 'list')">上架</el-button></template>
        </m-table>
        <m-paging :list="list" />
      </div>
      <task-drawer :state="exporting" />
      <el-dialog v-model="failed.open" title="部分商品未成功" width="520" append-to-body data-testid="shelf-result">
        <p>成功 {{ failed.done }} 个，失败 {{ failed.rows.length }} 个</p>
        <m-table :columns="reasons" :rows="failed.rows" />
        <template #footer><el-button type="primary" @click="failed.open = false">知道了</el-button></template>
      </el-dialog>`,
  });
})();
