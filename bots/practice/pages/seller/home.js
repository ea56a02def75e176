// 首页
Mall.page({
  setup() {
    const figures = Vue.ref(null);
    Mall.ask("GET", "home").then((answer) => { if (answer.ok) figures.value = answer; });
    const go = (page) => location.assign(`/seller/${page}`);
    return { figures, go };
  },
  template: `
    <div v-loading="!figures" data-testid="home">
      <div class="y-figures" v-if="figures">
        <div class="y-figure"><div class="y-figure-name">昨日支付金额</div><div class="y-figure-value">{{ yuan(figures.paid_fen) }}</div><div class="y-figure-note">{{ figures.last_day }}</div></div>
        <div class="y-figure"><div class="y-figure-name">昨日下单</div><div class="y-figure-value">{{ figures.orders }}</div><div class="y-figure-note">含未付款订单</div></div>
        <div class="y-figure"><div class="y-figure-name">待发货订单</div><div class="y-figure-value">{{ figures.waiting }}</div><div class="y-figure-note">请在承诺时间内发出</div></div>
        <div class="y-figure"><div class="y-figure-name">出售中商品</div><div class="y-figure-value">{{ figures.on_shelf }}</div><div class="y-figure-note">另有 {{ figures.off_shelf }} 个在仓库中</div></div>
      </div>
      <div class="y-two" v-if="figures">
        <div class="y-card"><div class="y-bar"><span class="y-bar-title">待办事项</span></div>
          <div class="y-todo"><span>等待发货的订单</span><el-button link type="primary" @click="go('shipping')">{{ figures.waiting }} 单，去处理</el-button></div>
          <div class="y-todo"><span>处理中的退款</span><el-button link type="primary" @click="go('orders')">{{ figures.refunding }} 笔，去处理</el-button></div>
          <div class="y-todo"><span>可参加的营销活动</span><el-button link type="primary" @click="go('activities')">{{ figures.activities }} 个，去看看</el-button></div>
        </div>
        <div class="y-card"><div class="y-bar"><span class="y-bar-title">商家公告</span></div>
          <div class="y-todo"><span>关于调整发货时效考核的通知</span><span class="y-muted">今日</span></div>
          <div class="y-todo"><span>年末大促商家报名指引</span><span class="y-muted">昨日</span></div>
          <div class="y-todo"><span>账单下载服务升级说明</span><span class="y-muted">3 天前</span></div>
        </div>
      </div>
    </div>`,
});
