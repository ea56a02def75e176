// What every page needs: asking the server, messages, small components. Pages register with Mall.page({...}).
(function () {
  const { ElMessage } = ElementPlus;
  const here = () => encodeURIComponent(location.pathname);

  async function ask(method, path, body) {
    const url = `/api/${MALL.site}/${path}`;
    const sent = { method, headers: {} };
    if (body instanceof FormData) sent.body = body;
    else if (body !== undefined) { sent.body = JSON.stringify(body); sent.headers["content-type"] = "application/json"; }
    let answer, got;
    try {
      got = await fetch(url, sent);
      const text = await got.text();
      answer = (got.headers.get("content-type") || "").includes("json") ? JSON.parse(text) : { message: "系统繁忙，请稍后重试", broken: true };
    } catch (error) {
      ElMessage.error("网络异常，请检查网络后重试");
      return { ok: false, lost: true };
    }
    if (answer.captcha) { location.assign(`/${MALL.site}/captcha?next=${here()}`); return { ok: false, leaving: true }; }
    if (got.status === 401 && !MALL.entry) { location.assign(`/${MALL.site}/login?expired=1&next=${here()}`); return { ok: false, leaving: true }; }
    const broken = got.status >= 500 || Boolean(answer.broken);
    if (broken) ElMessage.error(answer.message || "系统繁忙，请稍后重试");
    return { ok: false, ...answer, broken };
  }

  const query = (values) => new URLSearchParams(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== "")).toString();
  const yuan = (fen) => (fen < 0 ? "-" : "") + "¥" + (Math.abs(fen) / 100).toFixed(2).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const moved = (columns) => (MALL.look.includes("moved") ? [...columns].reverse() : columns);

  // A list with filters and paging: state and the three things one does with it.
  function listing(path, filters, params, size = 20) {
    const state = Vue.reactive({ rows: [], total: 0, page: 1, size, loading: false, filters: { ...filters } });
    let last = 0;
    state.load = async (page = 1) => {
      const turn = ++last;
      state.loading = true;
      const answer = await ask("GET", `${path}?${query({ ...params(state.filters), page, size: state.size })}`);
      if (turn !== last) return;
      state.loading = Boolean(answer.leaving);
      if (answer.ok) Object.assign(state, { rows: answer.rows, total: answer.total, page });
    };
    state.reset = () => { Object.assign(state.filters, filters); return state.load(1); };
    return state;
  }

  const MTable = {
    props: { columns: Array, rows: Array, loading: Boolean, selectable: Boolean, height: [String, Number] },
    emits: ["selection"],
    setup: () => ({ moved }),
    template: `
      <el-table :data="rows" v-loading="loading" element-loading-text="加载中" border :height="height"
                @selection-change="$emit('selection', $event)" row-key="key">
        <el-table-column v-if="selectable" type="selection" width="46" align="center" />
        <el-table-column v-for="c in moved(columns)" :key="c.key" :label="c.label" :width="c.width"
                         :min-width="c.min" :align="c.align" :show-overflow-tooltip="c.clip">
          <template #default="{ row }"><slot :name="c.key" :row="row">{{ row[c.key] }}</slot></template>
        </el-table-column>
        <template #empty>暂无数据</template>
      </el-table>`,
  };
  const MPaging = {
    props: { list: Object },
    template: `
      <div class="y-paging" data-testid="paging">
        <el-pagination background layout="total, sizes, prev, pager, next, jumper" :total="list.total"
          :current-page="list.page" v-model:page-size="list.size" :page-sizes="[10, 20, 50, 100]"
          @current-change="list.load($event)" @size-change="list.load(1)" />
      </div>`,
  };

  window.Mall = { ask, query, yuan, moved, listing, components: { MTable, MPaging } };
})();
