// The list of export tasks; stands on its own page and, after an export was started, in a drawer.
(function () {
  const COLUMNS = [
    { key: "task_id", label: "任务编号", width: 150 }, { key: "file_name", label: "文件", min: 280, clip: true },
    { key: "range", label: "范围", width: 240 }, { key: "state", label: "状态", width: 90 },
    { key: "created_at", label: "创建时间", width: 165 }, { key: "action", label: "操作", width: 80 },
  ];
  const TAGS = { 生成中: "warning", 已完成: "success", 失败: "danger" };

  Mall.components.TaskList = {
    setup() {
      const list = Mall.listing("exports", {}, () => ({}), 10);
      list.load();
      const timer = setInterval(() => { if (list.rows.some((row) => row.state === "生成中")) list.load(list.page); }, 1000);
      Vue.onUnmounted(() => clearInterval(timer));
      return { list, columns: COLUMNS, tags: TAGS };
    },
    template: `
      <div class="y-bar"><span class="y-bar-note" style="margin:0">文件生成后保留 7 天，请及时取回</span>
        <el-button @click="list.load(list.page)" data-testid="refresh-tasks">刷新</el-button></div>
      <m-table :columns="columns" :rows="list.rows" :loading="list.loading" data-testid="task-table">
        <template #task_id="{ row }"><span class="y-number">{{ row.task_id }}</span></template>
        <template #state="{ row }"><el-tag :type="tags[row.state]" effect="light">{{ row.state }}</el-tag></template>
        <template #action="{ row }"><el-link v-if="row.url" type="primary" :href="row.url" underline="never">下载</el-link><span v-else class="y-muted">—</span></template>
      </m-table>
      <m-paging :list="list" />`,
  };

  // Start a task of this kind, then show the list: `const exporting = Mall.exporting()` in a page's setup.
  Mall.exporting = () => {
    const state = Vue.reactive({ open: false, busy: "" });
    state.start = async (kind, params) => {
      state.busy = kind;
      const answer = await Mall.ask("POST", "exports", { kind, ...params });
      state.busy = "";
      if (!answer.ok) { if (answer.message && !answer.broken) ElementPlus.ElMessage.warning(answer.message); return; }
      ElementPlus.ElMessage.success(`导出任务 ${answer.task_id} 已创建`);
      state.open = true;
    };
    return state;
  };
  Mall.components.TaskDrawer = {
    props: { state: Object },
    template: `
      <el-drawer v-model="state.open" title="导出记录" size="1080" append-to-body destroy-on-close data-testid="task-drawer">
        <task-list />
      </el-drawer>`,
  };
})();
