// 批量发货
Mall.page({
  setup() {
    const state = Vue.reactive({ files: [], busy: false, refused: "", open: false, result: null });
    const pick = (file) => { state.files = [file]; state.refused = ""; };
    async function submit() {
      const body = new FormData();
      body.append("file", state.files[0].raw, state.files[0].name);
      state.busy = true; state.refused = "";
      const answer = await Mall.ask("POST", "batches", body);
      state.busy = false;
      if (answer.ok) Object.assign(state, { open: true, result: answer, files: [] });
      else if (answer.message && !answer.broken && !answer.leaving) state.refused = answer.message;
    }
    return { state, pick, submit };
  },
  template: `
    <div class="y-card">
      <div class="y-bar"><span class="y-bar-title">批量发货</span></div>
      <ul class="y-rules" style="margin-bottom:16px"><li>支持 xlsx、csv，第一行为表头：子订单编号、快递公司、运单号</li><li>单次最多 5000 行；每行单独处理，失败的行可下载明细后修改重传</li></ul>
      <el-upload drag :auto-upload="false" :limit="1" :file-list="state.files" :on-change="pick" :on-exceed="(files) => pick({ name: files[0].name, raw: files[0], uid: Date.now(), status: 'ready' })"
        :on-remove="() => { state.files = []; }" accept=".xlsx,.csv" style="max-width:560px" data-testid="batch-file">
        <div class="el-upload__text" style="padding:18px 0">将文件拖到此处，或<em>点击选择文件</em></div>
      </el-upload>
      <el-alert v-if="state.refused" :title="state.refused" type="error" show-icon :closable="false" style="margin:8px 0 0;max-width:560px" data-testid="batch-refused" />
      <div style="margin-top:18px"><el-button type="primary" :disabled="!state.files.length" :loading="state.busy" @click="submit" data-testid="batch-submit">开始发货</el-button></div>
    </div>
    <el-dialog v-model="state.open" title="批量发货完成" width="480" append-to-body data-testid="batch-result">
      <template v-if="state.result">
        <p class="y-muted">批次号 {{ state.result.batch_id }}</p>
        <div class="y-result"><span>成功<b class="y-good">{{ state.result.done }}</b>条</span><span>失败<b class="y-bad">{{ state.result.failed }}</b>条</span></div>
        <el-link v-if="state.result.failed" type="primary" :href="'/api/seller/batches/' + state.result.batch_id + '/file?only=failed'">下载失败明细</el-link>
      </template>
      <template #footer><el-button type="primary" @click="state.open = false">完成</el-button></template>
    </el-dialog>`,
});
