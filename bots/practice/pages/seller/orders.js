// 订单管理
(function () {
  const STATES = ["等待买家付款", "等待卖家发货", "卖家已发货", "交易成功", "交易关闭"];
  const COLUMNS = [
    { key: "order_no", label: "主订单编号", width: 190 }, { key: "created_at", label: "下单时间", width: 165 },
    { key: "goods", label: "商品", min: 260 }, { key: "qty", label: "数量", width: 70, align: "right" },
    { key: "paid_fen", label: "实付金额", width: 120, align: "right" }, { key: "place", label: "收货地区", width: 130 },
    { key: "status", label: "订单状态", width: 130 }, { key: "action", label: "操作", width: 80, align: "center" },
  ];
  const LINES = [
    { key: "sub_no", label: "子订单编号", width: 200 }, { key: "title", label: "商品名称", min: 200 }, { key: "qty", label: "数量", width: 70, align: "right" },
    { key: "paid_share_fen", label: "实付分摊", width: 110, align: "right" }, { key: "refund_status", label: "售后", width: 100 },
  ];
  const TAGS = { 等待买家付款: "info", 等待卖家发货: "warning", 卖家已发货: "primary", 交易成功: "success", 交易关闭: "info" };
  Mall.page({
    setup() {
      const list = Mall.listing("orders", { days: null, status: "", text: "" }, (f) => ({
        from: f.days?.[0], to: f.days?.[1], status: f.status, text: f.text }));
      list.load();
      const exporting = Mall.exporting();
      const detail = Vue.reactive({ open: false, order: null });
      const range = () => ({ from: list.filters.days?.[0], to: list.filters.days?.[1] });
      const show = (order) => Object.assign(detail, { open: true, order });
      return { list, states: STATES, columns: COLUMNS, lines: LINES, tags: TAGS, exporting, detail, show, range };
    },
    template: `
      <div class="y-card y-filters">
        <el-form inline @submit.prevent="list.load(1)">
          <el-form-item label="下单日期"><el-date-picker v-model="list.filters.days" type="daterange" value-format="YYYY-MM-DD" range-separator="至" start-placeholder="开始日期" end-placeholder="结束日期" unlink-panels /></el-form-item>
          <el-form-item label="订单状态"><el-select v-model="list.filters.status" placeholder="全部" data-testid="order-status">
            <el-option label="全部" value="" /><el-option v-for="name in states" :key="name" :label="name" :value="name" /></el-select></el-form-item>
          <el-form-item label="订单号"><el-input v-model="list.filters.text" clearable placeholder="主订单或子订单编号" data-testid="order-no" /></el-form-item>
          <el-form-item><el-button type="primary" native-type="submit" data-testid="search">查询</el-button><el-button @click="list.reset()">重置</el-button></el-form-item>
        </el-form>
      </div>
      <div class="y-card">
        <div class="y-bar"><span class="y-bar-title">订单列表<span class="y-bar-note" data-testid="order-total">共 {{ list.total }} 单</span></span>
          <span><el-button :loading="exporting.busy === 'practice_orders'" @click="exporting.start('practice_orders', { ...range(), status: list.filters.status })" data-testid="export-orders">导出订单</el-button>
            <el-button :loading="exporting.busy === 'practice_refunds'" @click="exporting.start('practice_refunds', range())" data-testid="export-refunds">导出售后</el-button></span></div>
        <m-table :columns="columns" :rows="list.rows" :loading="list.loading" data-testid="order-table">
          <template #order_no="{ row }"><span class="y-number">{{ row.order_no }}</span></template>
          <template #goods="{ row }"><div class="y-goods">{{ row.lines[0].title }}</div><div v-if="row.lines.length > 1" class="y-muted">等 {{ row.lines.length }} 种商品</div></template>
          <template #paid_fen="{ row }"><span class="y-money">{{ yuan(row.paid_fen) }}</span></template>
          <template #status="{ row }"><el-tag :type="tags[row.status]" effect="light">{{ row.status }}</el-tag></template>
          <template #action="{ row }"><el-button link type="primary" @click="show(row)">详情</el-button></template>
        </m-table>
        <m-paging :list="list" />
      </div>
      <task-drawer :state="exporting" />
      <el-drawer v-model="detail.open" title="订单详情" size="780" append-to-body data-testid="order-drawer">
        <el-descriptions v-if="detail.order" :column="2" border style="margin-bottom:16px">
          <el-descriptions-item label="主订单编号">{{ detail.order.order_no }}</el-descriptions-item>
          <el-descriptions-item label="订单状态">{{ detail.order.status }}</el-descriptions-item>
          <el-descriptions-item label="下单时间">{{ detail.order.created_at }}</el-descriptions-item>
          <el-descriptions-item label="付款时间">{{ detail.order.paid_at || "—" }}</el-descriptions-item>
          <el-descriptions-item label="实付金额">{{ yuan(detail.order.paid_fen) }}</el-descriptions-item>
          <el-descriptions-item label="收货地区">{{ detail.order.place }}</el-descriptions-item>
        </el-descriptions>
        <m-table :columns="lines" :rows="detail.order?.lines || []">
          <template #paid_share_fen="{ row }"><span class="y-money">{{ yuan(row.paid_share_fen) }}</span></template>
        </m-table>
      </el-drawer>`,
  });
})();
