// 库存管理: every SKU of the shop in a virtual table
(function () {
  const text = (field, title, width, show) => ({ key: field, dataKey: field, title, width, flexGrow: field === "title" ? 1 : 0,
    cellRenderer: ({ cellData, rowData }) => Vue.h("span", show ? show(cellData, rowData) : String(cellData)) });
  const COLUMNS = [text("sku_id", "SKU ID", 190), text("code", "商家编码", 140), text("title", "商品名称", 240), text("spec", "规格", 220),
    text("price_fen", "价格", 120, (fen) => Mall.yuan(fen)), text("platform_stock", "平台库存", 110)];
  Mall.page({
    setup() {
      const state = Vue.reactive({ all: [], loading: true, text: "", short: false });
      Mall.ask("GET", "skus").then((answer) => { if (answer.ok) state.all = answer.rows; state.loading = Boolean(answer.leaving); });
      const rows = Vue.computed(() => state.all.filter((row) => (!state.short || row.platform_stock === 0)
        && (!state.text || row.code.includes(state.text) || row.title.includes(state.text) || row.sku_id === state.text)));
      return { state, rows, columns: Mall.moved(COLUMNS), exporting: Mall.exporting() };
    },
    template: `
      <div class="y-card y-filters">
        <el-form inline @submit.prevent>
          <el-form-item label="商家编码"><el-input v-model="state.text" clearable placeholder="编码、名称或 SKU ID" data-testid="stock-text" /></el-form-item>
          <el-form-item label="只看缺货"><el-switch v-model="state.short" data-testid="stock-short" /></el-form-item>
        </el-form>
      </div>
      <div class="y-card" v-loading="state.loading" element-loading-text="加载中">
        <div class="y-bar"><span class="y-bar-title">SKU 库存<span class="y-bar-note" data-testid="sku-total">共 {{ rows.length }} 个</span></span>
          <span><el-button :loading="exporting.busy === 'practice_stock'" @click="exporting.start('practice_stock', {})" data-testid="export-stock">导出期初盘点</el-button>
            <el-button :loading="exporting.busy === 'practice_waybills'" @click="exporting.start('practice_waybills', {})" data-testid="export-waybills">导出面单号段</el-button></span></div>
        <div style="height:520px" data-testid="sku-table">
          <el-auto-resizer><template #default="{ height, width }">
            <el-table-v2 :columns="columns" :data="rows" :width="width" :height="height" :row-height="44" :header-height="44" fixed />
          </template></el-auto-resizer>
        </div>
      </div>
      <task-drawer :state="exporting" />`,
  });
})();
