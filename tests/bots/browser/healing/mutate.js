// Seeded redesigns of a saved page. The truth (which element is meant) lives in a WeakMap that nothing in the page shows.
(() => {
  const state = {html: document.body.innerHTML, htmlClass: document.documentElement.className, truth: null};
  const random = seed => () => {  // mulberry32
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const TESTIDS = ['data-testid', 'data-test-id', 'data-test', 'data-qa'];
  const ITEM = '.el-form-item,.ant-form-item,.form-group';
  const isField = el => el.matches('input,select,textarea,.el-select,.el-date-editor,.el-input,.ant-select,.ant-picker');
  const unit = el => isField(el) ? el.closest(ITEM) || el : el;
  const words = el => {
    const out = [], walker = document.createTreeWalker(el, NodeFilter.SHOW_TEXT);
    for (let n = walker.nextNode(); n; n = walker.nextNode()) if (n.data.trim()) out.push(n);
    return out;
  };
  const labelOf = el => unit(el).querySelector('label,.el-form-item__label') ||
    (el.id ? document.querySelector(`label[for="${CSS.escape(el.id)}"]`) : null);
  const textOf = el => isField(el) ? labelOf(el)?.textContent || el.getAttribute('placeholder') || '' : el.textContent.trim() || el.value || '';
  const OTHER_WORDS = {查询: '搜索', 搜索: '查询', 确定: '确认', 登录: '登入', 重置: '清空', 导出: '下载', 保存: '提交', Search: 'Find', Go: 'Apply', Save: 'Submit'};

  const make = (seed, target, old) => {
    const spot = document.createComment('');  // where it stood, once it is gone
    const next = random(seed), pick = list => list[Math.floor(next() * list.length)];
    const shuffled = list => { const a = [...list]; for (let i = a.length - 1; i > 0; i--) { const j = Math.floor(next() * (i + 1)); [a[i], a[j]] = [a[j], a[i]]; } return a; };
    const strange = () => 'x' + Math.floor(next() * 1e9).toString(36).replace(/\d/g, 'q');
    const slight = text => {
      const t = text.trim(), halves = [t.slice(0, t.length >> 1), t.slice(t.length >> 1)];
      const ways = [() => t + '：', () => '* ' + t, () => t + '（新）', () => [...t].join(' '), () => t.length > 3 ? halves[1] + halves[0] : t + '一下',
        () => Object.entries(OTHER_WORDS).reduce((s, [a, b]) => s.replace(a, b), t), () => t.length > 3 ? t.slice(0, -1) : '立即' + t, () => '新' + t];
      return pick(ways)();
    };
    const renameWords = (el, change) => {
      const found = words(el);
      if (!found.length && el.value && el.matches('input[type=submit],input[type=button]')) { el.value = change(el.value); return; }
      if (!found.length) return;
      const whole = change(found.map(n => n.data.trim()).join(' '));
      found.forEach((n, i) => { n.data = i ? '' : whole; });
    };
    const strip = el => {
      for (const e of [el, ...el.querySelectorAll('*')])
        for (const a of [...TESTIDS, 'id', 'for', 'name', 'aria-labelledby', 'aria-describedby', 'aria-controls']) e.removeAttribute(a);
      return el;
    };
    const here = () => target.isConnected ? unit(target) : spot;
    const somewhere = (el, near) => {
      const boxes = [...document.querySelectorAll('form,section,header,main,td,.el-card,.y-card,.ant-card-body,.el-dialog__body,.ant-modal-body,.card-body')]
        .filter(b => b.checkVisibility() && !b.contains(target) || b === document.body);
      pick([() => document.body.prepend(el), () => document.body.append(el), ...(near ? [() => here().before(el), () => here().after(el)] : []),
        () => (boxes.length ? pick(boxes) : document.body).append(el), () => (boxes.length ? pick(boxes) : document.body).prepend(el)])();
    };
    const decoy = (text, near = true) => {
      let el;
      if (target.matches('tr')) {
        if (!target.isConnected) return;  // a row is its number: another one with that number would be it
        el = strip(target.cloneNode(true));
        pick([() => target.after(el), () => target.before(el), () => target.parentElement.append(el)])();
        return;
      }
      if (isField(target)) {
        if (unit(target) !== target && next() < 0.5) {
          el = strip(unit(target).cloneNode(true));
          const label = el.querySelector('label,.el-form-item__label');
          if (label) label.textContent = text;
        } else {
          el = document.createElement('div');
          const id = strange();
          el.innerHTML = `<label for="${id}"></label><input id="${id}">`;
          el.firstChild.textContent = text;
        }
      } else {
        el = strip(target.cloneNode(false));
        if (next() < 0.5) el.removeAttribute('class');
        if (el.matches('input')) el.value = text; else el.textContent = text;
        if (next() < 0.2) { el = document.createElement('a'); el.href = '#'; el.textContent = text; }
      }
      somewhere(el, near);
    };
    return {
      rename() {  // what hides things stays: a redesign does not open every dialog
        const everything = next() < 0.25;
        for (const e of document.body.querySelectorAll('*')) {
          for (const a of TESTIDS) if (e.hasAttribute(a)) e.setAttribute(a, strange());
          if (e.id) { const id = strange(); document.querySelectorAll(`[for="${CSS.escape(e.id)}"]`).forEach(l => l.setAttribute('for', id)); e.id = id; }
          if (!e.getAttribute('class')) continue;
          e.setAttribute('class', [...e.classList].map(c => !/^modal$|^dropdown-menu$|^collapse$|^show$/.test(c) && (everything || !/^(el|ant|is)-/.test(c)) ? strange() : c).join(' '));
        }
      },
      order() {
        for (const box of new Set([target.parentElement, unit(target).parentElement, unit(target).parentElement?.parentElement])) {
          if (!box || box === document.body || box.matches('tr,table')) continue;
          box.append(...shuffled(box.children));
        }
        document.querySelectorAll('tbody').forEach(b => b.append(...shuffled(b.children)));
      },
      columns() {
        document.querySelectorAll('table').forEach(t => {
          const width = Math.max(0, ...[...t.rows].map(r => r.cells.length));
          const order = shuffled([...Array(width).keys()]);
          for (const r of t.rows) if (r.cells.length === width) { const cells = [...r.cells]; r.append(...order.map(i => cells[i])); }
        });
      },
      relabel() {
        const label = isField(target) ? labelOf(target) : null;
        if (target.matches('tr')) return;
        if (isField(target)) {
          if (label) renameWords(label, slight);
          const held = target.matches('[placeholder]') ? target : target.querySelector('[placeholder]');
          if (held && next() < 0.5) held.setAttribute('placeholder', slight(held.getAttribute('placeholder')));
        } else renameWords(target, slight);
      },
      wrap() {
        for (let el = target, level = 0; level < 3 && el && el !== document.body; level++) {
          if (!el.matches('tr,td,th,tbody,thead,table,li') && next() < 0.7) {
            const box = document.createElement(pick(['div', 'div', 'span', 'section']));
            box.className = strange();
            el.replaceWith(box); box.append(el);
            el = box;
          }
          el = el.parentElement;
        }
      },
      overlay() {
        const box = document.createElement('div');
        const z = 'position:fixed;z-index:5000;background:#fff;';
        pick([
          () => { box.style.cssText = z + 'right:20px;bottom:20px;width:280px;height:160px'; box.innerHTML = '<p>联系客服</p><button>关闭</button><button>联系我们</button>'; },
          () => { box.style.cssText = z + 'left:0;top:0;right:0;height:48px'; box.innerHTML = '<span>新版后台上线了</span><a href="#">去看看</a><button>知道了</button>'; },
          () => { box.style.cssText = 'position:fixed;z-index:5000;inset:0;background:rgba(0,0,0,.3)'; },
          () => {
            box.style.cssText = 'position:fixed;z-index:5000;inset:0;background:rgba(0,0,0,.3)';
            box.innerHTML = '<div role=dialog aria-modal=true aria-label=系统通知 style="background:#fff;width:400px;margin:200px auto;padding:20px">' +
              '<h3>系统通知</h3><p>请留下手机号</p><input placeholder=手机号><button>取消</button><button>确定</button></div>';
          },
        ])();
        document.body.append(box);
      },
      decoy() { decoy(textOf(target) || old); },
      // The words that it had before are another's now. Not in its very place: that one would be it, for all anybody can tell.
      impostor() { decoy(old, false); },
      heading() { const h = document.createElement(pick(['h3', 'div', 'span', 'p'])); h.textContent = textOf(target) || old; somewhere(h, true); },
      gone() { unit(target).replaceWith(spot); },
    };
  };

  globalThis.__redesign = ({css, seed, kinds}) => {
    document.body.innerHTML = state.html;
    const targets = [];
    if (css.startsWith('//')) {
      const found = document.evaluate(css, document, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null);
      for (let i = 0; i < found.snapshotLength; i++) targets.push(found.snapshotItem(i));
    } else targets.push(...document.querySelectorAll(css));
    if (targets.length !== 1) throw new Error(`${targets.length} elements for ${css}`);
    const target = targets[0];
    state.truth = new WeakMap([[target, true]]);
    state.target = target;
    const change = make(seed, target, textOf(target));
    for (const kind of kinds) change[kind]();
    return JSON.stringify(true);
  };
  const CONTROLS = 'button,a,input:not([type=hidden]),textarea,select,tr';
  globalThis.__meant = el => {
    const target = state.target;
    if (!target.isConnected) return false;
    if (state.truth.has(el) || target.contains(el)) return true;
    return el.contains(target) && [...el.querySelectorAll(CONTROLS)].every(c => target.contains(c) || c.contains(target));
  };
})();
