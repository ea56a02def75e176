// 发货管理
(function () {
  const COLUMNS = [
    { key: "sub_no", label: "子订单编号", width: 185 }, { key: "title", label: "商品", min: 170, clip: true }, { key: "qty", label: "数量", width: 60, align: "right" },
    { key: "place", label: "收件人", width: 130, clip: true }, { key: "latest_ship_at", label: "最晚发货时间", width: 160 },
    { key: "state", label: "发货状态", width: 90 }, { key: "waybills", label: "物流", width: 200, clip: true }, { key: "action", label: "操作", width: 80, align: "center" },
  ];
  const TAGS = { 待发货: "warning", 已发货: "success", 已关闭: "info" };
  Mall.page({
    setup() {
      const list = Mall.listing("shipping", { sub_no: "", state: "waiting" }, (f) => f);
      list.load();
      const carriers = Vue.ref([]);
      Mall.ask("GET", "carriers").then((answer) => { if (answer.ok) carriers.value = answer.rows; });
      const form = Vue.reactive({ open: false, busy: false, refused: "", line: null, carrier: "", waybill_no: "" });
      const start = (line) => Object.assign(form, { open: true, refused: "", line, carrier: "", waybill_no: "" });
      async function submit() {
        form.busy = true; form.refused = "";
        const answer = await Mall.ask("POST", "ship", { sub_no: form.line.sub_no, carrier: form.carrier, waybill_no: form.waybill_no.trim() });
        form.busy = false;
        if (answer.ok) { form.open = false; ElementPlus.ElMessage.success("发货成功"); await list.load(list.page); }
        else if (answer.message && !answer.broken && !answer.leaving) form.refused = answer.message;
      }
      return { list, carriers, form, start, submit, columns: COLUMNS, tags: TAGS };
    },
    template: `
      <div class="y-card y-filters">
        <el-form inline @submit.prevent="list.load(1)">
          <el-form-item label="子订单编号"><el-input v-model="list.filters.sub_no" clearable placeholder="子订单或主订单编号" data-testid="ship-sub-no" /></el-form-item>
          <el-form-item label="发货状态"><el-select v-model="list.filters.state" placeholder="全部" data-testid="ship-state">
            <el-option label="全部" value="" /><el-option label="待发货" value="waiting" /><el-option label="已发货" value="shipped" /></el-select></el-form-item>
          <el-form-item><el-button type="primary" native-type="submit" data-testid="search">查询</el-button><el-button @click="list.reset()">重置</el-button></el-form-item>
        </el-form>
      </div>
      <div class="y-card">
        <div class="y-bar"><span class="y-bar-title">发货列表<span class="y-bar-note">共 {{ list.total }} 条</span></span></div>
        <m-table :columns="columns" :rows="list.rows" :loading="list.loading" data-testid="ship-table">
          <template #sub_no="{ row }"><span class="y-number">{{ row.sub_no }}</span></template>
          <template #state="{ row }"><el-tag :type="tags[row.state]" effect="light">{{ row.state }}</el-tag></template>
          <template #place="{ row }">{{ row.receiver }} {{ row.place }}</template>
          <template #waybills="{ row }">{{ row.waybills || "—" }}</template>
          <template #action="{ row }"><el-button v-if="row.state === '待发货'" type="primary" size="small" @click="start(row)">发货</el-button><span v-else class="y-muted">—</span></template>
        </m-table>
        <m-paging :list="list" />
      </div>
      <el-dialog v-model="form.open" title="填写物流信息" width="480" append-to-body :close-on-click-modal="false" data-testid="ship-dialog">
        <el-form label-width="88px" @submit.prevent="submit">
          <el-form-item label="发货订单"><span class="y-number">{{ form.line?.sub_no }}</span></el-form-item>
          <el-form-item label="快递公司"><el-select v-model="form.carrier" filterable placeholder="请选择快递公司" data-testid="carrier">
            <el-option v-for="name in carriers" :key="name" :label="name" :value="name" /></el-select></el-form-item>
          <el-form-item label="运单号"><el-input v-model="form.waybill_no" placeholder="请输入运单号" data-testid="waybill-no" /></el-form-item>
          <el-alert v-if="form.refused" :title="'发货失败：' + form.refused" type="error" show-icon :closable="false" data-testid="ship-refused" />
        </el-form>
        <template #footer><el-button @click="form.open = false">取消</el-button>
          <el-button type="primary" :loading="form.busy" @click="submit" data-testid="ship-submit">确认发货</el-button></template>
      </el-dialog>`,
  });
})();
