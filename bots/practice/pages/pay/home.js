// 首页
Mall.page({
  setup() {
    const figures = Vue.ref(null);
    Mall.ask("GET", "home").then((answer) => { if (answer.ok) figures.value = answer; });
    return { figures };
  },
  template: `
    <div v-loading="!figures" data-testid="home">
      <div class="y-figures" v-if="figures">
        <div class="y-figure"><div class="y-figure-name">账户余额</div><div class="y-figure-value">{{ yuan(figures.balance_fen) }}</div><div class="y-figure-note">截至 {{ figures.last_day }}</div></div>
        <div class="y-figure"><div class="y-figure-name">昨日收入</div><div class="y-figure-value">{{ yuan(figures.in_fen) }}</div><div class="y-figure-note">{{ figures.last_day }}</div></div>
        <div class="y-figure"><div class="y-figure-name">昨日支出</div><div class="y-figure-value">{{ yuan(figures.out_fen) }}</div><div class="y-figure-note">{{ figures.last_day }}</div></div>
        <div class="y-figure"><div class="y-figure-name">提现笔数</div><div class="y-figure-value">{{ figures.withdrawals }}</div><div class="y-figure-note">次日到账</div></div>
      </div>
      <div class="y-card"><div class="y-bar"><span class="y-bar-title">温馨提示</span></div>
        <ul class="y-rules"><li>日账单于次日上午生成，月账单于次月 3 日生成，金额以账单为准</li><li>提现一般于下一个自然日到账，具体以银行为准</li></ul></div>
    </div>`,
});
