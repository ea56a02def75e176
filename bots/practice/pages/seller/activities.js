// 活动报名
(function () {
  const COLUMNS = [
    { key: "activity_id", label: "活动ID", width: 150 }, { key: "title", label: "活动名称", min: 200 },
    { key: "span", label: "活动时间", width: 330 }, { key: "limits", label: "活动库存要求", width: 160 },
    { key: "action", label: "操作", width: 110, align: "center" },
  ];
  Mall.page({
    setup() {
      const state = Vue.reactive({ rows: [], loading: true, open: false, busy: false, refused: "", done: false, activity: null, product_id: "", price: "", stock: "" });
      Mall.ask("GET", "activities").then((answer) => { if (answer.ok) state.rows = answer.rows; state.loading = Boolean(answer.leaving); });
      const start = (activity) => Object.assign(state, { open: true, activity, refused: "", done: false, product_id: "", price: "", stock: "" });
      async function submit() {
        Object.assign(state, { busy: true, refused: "", done: false });
        const answer = await Mall.ask("POST", `activities/${state.activity.activity_id}/enrol`, {
          product_id: state.product_id.trim(), price: state.price.trim(), stock: state.stock.trim() });
        state.busy = false;
        if (answer.ok) { state.done = true; ElementPlus.ElMessage.success("报名成功"); }
        else if (answer.message && !answer.broken && !answer.leaving) state.refused = answer.message;
      }
      return { state, start, submit, columns: COLUMNS, mine: () => location.assign("/seller/enrolments") };
    },
    template: `
      <div class="y-card">
        <div class="y-bar"><span class="y-bar-title">可报名活动</span><el-button @click="mine" data-testid="my-enrolments">查看已报商品</el-button></div>
        <m-table :columns="columns" :rows="state.rows" :loading="state.loading" data-testid="activity-table">
          <template #span="{ row }">{{ row.starts_at }} 至 {{ row.ends_at }}</template>
          <template #limits="{ row }">{{ row.min_stock }} ~ {{ row.max_stock }} 件</template>
          <template #action="{ row }"><el-button type="primary" size="small" @click="start(row)">立即报名</el-button></template>
        </m-table>
      </div>
      <el-drawer v-model="state.open" title="商品报名" size="460" append-to-body data-testid="enrol-drawer">
        <template v-if="state.activity">
          <el-alert :title="state.activity.title" type="info" :closable="false" style="margin-bottom:20px"
            :description="'活动库存 ' + state.activity.min_stock + ' 至 ' + state.activity.max_stock + ' 件，活动价不得高于平台给出的最高价'" />
          <el-form label-position="top" @submit.prevent="submit">
            <el-form-item label="商品ID"><el-input v-model="state.product_id" placeholder="请输入商品ID" data-testid="enrol-product" /></el-form-item>
            <el-form-item label="活动价"><el-input v-model="state.price" placeholder="元，最多两位小数" data-testid="enrol-price"><template #prefix>¥</template></el-input></el-form-item>
            <el-form-item label="活动库存"><el-input v-model="state.stock" inputmode="numeric" placeholder="件" data-testid="enrol-stock" /></el-form-item>
            <el-alert v-if="state.refused" :title="'报名被拒：' + state.refused" type="error" show-icon :closable="false" style="margin-bottom:18px" data-testid="enrol-refused" />
            <el-alert v-if="state.done" title="报名已提交，可在我的报名中查看" type="success" show-icon :closable="false" style="margin-bottom:18px" data-testid="enrol-done" />
            <el-button type="primary" native-type="submit" :loading="state.busy" data-testid="enrol-submit">提交报名</el-button>
            <el-button @click="state.open = false">关闭</el-button>
          </el-form>
        </template>
      </el-drawer>`,
  });
})();
