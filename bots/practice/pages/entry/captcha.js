// Nothing goes on before the picture has been read.
(function () {
  Mall.page({
    bare: true,
    setup() {
      const search = new URLSearchParams(location.search);
      const next = (search.get("next") || "").startsWith(`/${MALL.site}/`) ? search.get("next") : `/${MALL.site}/home`;
      const state = Vue.reactive({ digits: "", error: "", busy: false, n: 0 });
      async function answer() {
        state.busy = true;
        const got = await Mall.ask("POST", "captcha", { digits: state.digits.trim() });
        state.busy = false;
        if (got.ok) location.assign(next);
        else { state.error = got.message || "验证失败，请重试"; state.digits = ""; state.n++; }
      }
      return { state, answer, m: MALL };
    },
    template: `
      <div class="y-entry">
        <div class="y-entry-side">
          <div class="y-entry-box" data-testid="captcha-box">
            <h2>安全验证</h2>
            <p class="y-entry-note">访问过于频繁，请输入图中的 4 位数字后继续</p>
            <el-form label-position="top" size="large" @submit.prevent="answer">
              <img class="y-captcha" :src="'/api/' + m.site + '/captcha.png?' + state.n" width="160" height="60" alt="图形验证码">
              <el-form-item label="图形验证码"><el-input v-model="state.digits" maxlength="4" placeholder="4 位数字" data-testid="captcha-code" /></el-form-item>
              <el-alert v-if="state.error" :title="state.error" type="error" show-icon :closable="false" style="margin-bottom:18px" />
              <el-button type="primary" native-type="submit" :loading="state.busy">提交验证</el-button>
            </el-form>
          </div>
        </div>
      </div>`,
  });
})();
