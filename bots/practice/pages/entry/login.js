// Signing in: password, and for the seller centre a second step with a one-time code.
(function () {
  const PITCH = {
    seller: ["卖家中心", "卖", "商品、订单、营销与发货，一站管理店铺生意"], pay: ["支付中心", "付", "账单、流水与提现，资金往来清清楚楚"],
    ads: ["推广中心", "推", "每一分推广花费，都看得见回报"],
  };
  Mall.page({
    bare: true,
    setup() {
      const search = new URLSearchParams(location.search);
      const state = Vue.reactive({ step: "password", busy: false, error: "", username: "", password: "", code: "", wait: 0 });
      const expired = search.has("expired");
      const next = (search.get("next") || "").startsWith(`/${MALL.site}/`) ? search.get("next") : `/${MALL.site}/home`;
      async function send(path, body) {
        state.busy = true; state.error = "";
        const answer = await Mall.ask("POST", path, body);
        state.busy = false;
        if (!answer.ok) state.error = answer.message || "网络异常，请重试";
        return answer;
      }
      async function login() {
        const answer = await send("login", { username: state.username.trim(), password: state.password });
        if (!answer.ok) return;
        if (answer.step === "done") location.assign(next);
        else { state.step = answer.step; if (answer.step === "sms") count(); }
      }
      async function verify() {
        const answer = await send("verify", { code: state.code.trim() });
        if (answer.ok) location.assign(next);
      }
      async function sms() { const answer = await send("sms", {}); if (answer.ok) count(); }
      function count() {
        state.wait = 60;
        const timer = setInterval(() => { if (--state.wait <= 0) clearInterval(timer); }, 1000);
      }
      return { state, login, verify, sms, expired, pitch: PITCH[MALL.site] };
    },
    template: `
      <div class="y-entry">
        <div class="y-entry-pitch"><span class="y-logo">{{ pitch[1] }}</span><h1>{{ pitch[0] }}</h1><p>{{ pitch[2] }}</p></div>
        <div class="y-entry-side">
          <div class="y-entry-box" data-testid="login-box">
            <template v-if="state.step === 'password'">
              <h2>账号登录</h2>
              <p class="y-entry-note">{{ expired ? "登录已失效，请重新登录" : "请使用店铺账号进入" }}</p>
              <el-form label-position="top" size="large" @submit.prevent="login">
                <el-form-item label="用户名"><el-input v-model="state.username" name="username" autocomplete="username" placeholder="请输入用户名" data-testid="username" /></el-form-item>
                <el-form-item label="密码"><el-input v-model="state.password" name="password" type="password" show-password autocomplete="current-password" placeholder="请输入密码" data-testid="password" /></el-form-item>
                <el-alert v-if="state.error" :title="state.error" type="error" show-icon :closable="false" style="margin-bottom:18px" data-testid="login-error" />
                <el-button type="primary" size="large" native-type="submit" :loading="state.busy" data-testid="login-button">登录</el-button>
              </el-form>
            </template>
            <template v-else>
              <h2>安全验证</h2>
              <p class="y-entry-note">{{ state.step === "totp" ? "请输入身份验证器上的 6 位动态口令" : "验证码已发送至账号绑定的手机 138****0000" }}</p>
              <el-form label-position="top" size="large" @submit.prevent="verify">
                <el-form-item v-if="state.step === 'totp'" label="动态口令"><el-input v-model="state.code" maxlength="6" inputmode="numeric" autocomplete="one-time-code" placeholder="6 位数字" data-testid="totp" /></el-form-item>
                <el-form-item v-else label="短信验证码"><el-input v-model="state.code" maxlength="6" inputmode="numeric" autocomplete="one-time-code" placeholder="6 位数字" data-testid="sms-code">
                  <template #append><el-button :disabled="state.wait > 0" @click="sms">{{ state.wait > 0 ? state.wait + " 秒后重发" : "重新获取" }}</el-button></template></el-input></el-form-item>
                <el-alert v-if="state.error" :title="state.error" type="error" show-icon :closable="false" style="margin-bottom:18px" data-testid="login-error" />
                <el-button type="primary" size="large" native-type="submit" :loading="state.busy" data-testid="verify-button">确认</el-button>
              </el-form>
            </template>
          </div>
        </div>
      </div>`,
  });
})();
