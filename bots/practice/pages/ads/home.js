// 首页
Mall.page({
  setup() {
    const state = Vue.reactive({ days: null, last: "" });
    Mall.ask("GET", "home").then((answer) => { if (answer.ok) Object.assign(state, { days: answer.days, last: answer.last_day }); });
    const top = Vue.computed(() => state.days?.[0] || { spend_fen: 0, gmv_fen: 0, clicks: 0, impressions: 0 });
    const roi = Vue.computed(() => (top.value.spend_fen ? (top.value.gmv_fen / top.value.spend_fen).toFixed(2) : "—"));
    const bars = Vue.computed(() => { const days = [...(state.days || [])].reverse(); const most = Math.max(1, ...days.map((day) => day.spend_fen));
      return days.map((day) => ({ day: day.day.slice(5), fen: day.spend_fen, height: Math.round((day.spend_fen / most) * 160) })); });
    return { state, top, roi, bars };
  },
  template: `
    <div v-loading="!state.days" data-testid="home">
      <div class="y-figures" v-if="state.days">
        <div class="y-figure"><div class="y-figure-name">昨日花费</div><div class="y-figure-value">{{ yuan(top.spend_fen) }}</div><div class="y-figure-note">{{ top.day || state.last }}</div></div>
        <div class="y-figure"><div class="y-figure-name">展现量</div><div class="y-figure-value">{{ top.impressions.toLocaleString() }}</div><div class="y-figure-note">点击 {{ top.clicks.toLocaleString() }}</div></div>
        <div class="y-figure"><div class="y-figure-name">成交金额</div><div class="y-figure-value">{{ yuan(top.gmv_fen) }}</div><div class="y-figure-note">15 天归因</div></div>
        <div class="y-figure"><div class="y-figure-name">投入产出比</div><div class="y-figure-value">{{ roi }}</div><div class="y-figure-note">成交金额 / 花费</div></div>
      </div>
      <div class="y-card" v-if="state.days"><div class="y-bar"><span class="y-bar-title">近两周花费</span></div>
        <svg viewBox="0 0 980 210" width="100%" role="img" aria-label="近两周花费">
          <g v-for="(bar, n) in bars" :key="bar.day"><rect :x="10 + n * 70" :y="180 - bar.height" width="40" :height="bar.height" rx="4" fill="var(--el-color-primary-light-3)" />
            <text :x="30 + n * 70" y="200" text-anchor="middle" font-size="11" fill="#86909c">{{ bar.day }}</text>
            <text :x="30 + n * 70" :y="172 - bar.height" text-anchor="middle" font-size="11" fill="#4e5969">{{ Math.round(bar.fen / 100) }}</text></g>
        </svg></div>
    </div>`,
});
