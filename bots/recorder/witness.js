// Sees what a person does in this document and says it in a flow's words, at the moment it happens: a moment later the
// page may be gone. What is typed into a password or code field never leaves the page, not even as a length.
library => {
  const eyes = globalThis[Symbol.for('yeban')];
  if (!eyes || !eyes.naming || eyes.witness) return;
  eyes.witness = true;
  const {who, ownerOf, labelsOf, closest} = eyes.naming;

  const PANELS = '.el-select-dropdown,.el-select__popper,.el-cascader__dropdown,.el-cascader-panel,.el-picker__popper,' +
    '.el-picker-panel,.el-time-panel,.el-tree-select__popper,.ant-select-dropdown,.ant-picker-dropdown,' +
    '.ant-cascader-dropdown,.ant-tree-select-dropdown';
  const MENUS = '.el-dropdown__popper,.el-dropdown-menu,.ant-dropdown,.ant-dropdown-menu,[role=menu]';
  const COMPOSITE = new Set(['range', 'date', 'cascader', 'select', 'number', 'radios', 'checks', 'rate', 'slider', 'time', 'tree']);
  const TOGGLES = new Set(['switch', 'check', 'radio']);
  const HIDDEN_WORDS = /密码|口令|密钥|秘钥|私钥|授权码|pass(word|wd|code)?|pwd|secret|token|api.?key|cvv/i;
  const CODE_WORDS = /验证码|校验码|动态码|captcha|otp|verification code|one-time/i;
  const PARAMETERS = /pass|pwd|secret|token|ticket|sign|session|auth|code|key|sid/i;
  const KEYS = new Set(['Enter', 'Escape', 'F1', 'F2', 'F3', 'F4', 'F6', 'F7', 'F8', 'F9', 'F10', 'F12', 'Delete']);
  const EDITING = /^[acvxyz]$/i;
  const SETTLE_MS = [60, 400], NAMED_MS = 3000;

  const send = what => {
    const tell = globalThis[library.binding];
    if (tell) tell(JSON.stringify({...what, at: performance.timeOrigin + performance.now(), path: eyes.naming.here(), title: document.title}));
  };
  const typed = el => el.matches('input:not([type=checkbox]):not([type=radio]):not([type=file]):not([type=button]):not([type=submit]):not([type=reset]):not([type=image]),textarea,[contenteditable=""],[contenteditable=true]');
  const told = el => { try { return JSON.parse(eyes.widgets.identify(el)); } catch { return {kind: 'text', family: 'native'}; } };
  const read = el => { try { return JSON.parse(eyes.widgets.read(el)); } catch { return ''; } };
  const several = el => {
    const {kind, values} = JSON.parse(eyes.widgets.told(el));
    return values && values.length > 1 && kind !== 'range' ? values : [];
  };

  // ---- what must never be told
  const passwords = new WeakSet();
  const remember = () => {
    for (const el of document.querySelectorAll('input[type=password]')) passwords.add(el);
  };
  const hiddenKind = el => {
    const marks = [el.autocomplete, el.name, el.id, el.placeholder, el.getAttribute?.('aria-label'), ...labelsOf(el)].join(' ');
    if (el.matches('[autocomplete~=one-time-code]') || CODE_WORDS.test(marks)) return 'code';
    if (el.type === 'password' || passwords.has(el) || HIDDEN_WORDS.test(marks)) return 'password';
    return '';
  };

  // ---- fields that are made of several parts: their value counts, not the clicks in their panels
  let active = null;
  // Naming looks at the whole page: once per stay in a field is enough, not once per key.
  let named = {el: null, who: null, until: 0};
  const fieldWho = el => {
    if (named.el !== el || performance.now() > named.until)
      named = {el, who: who(el, 'fill', library), until: performance.now() + NAMED_MS};
    return named.who;
  };
  const report = (el, value, values = []) => send({what: 'fill', who: fieldWho(el), value, values});
  const settle = () => {
    if (!active) return;
    const value = read(active.el);
    if (value === active.value) return;
    active.value = value;
    report(active.el, value, several(active.el));
  };
  const later = () => SETTLE_MS.forEach(ms => setTimeout(settle, ms));
  const enter = el => {
    const widget = eyes.widget(el);
    if (active?.el !== widget) { settle(); active = {el: widget, value: read(widget)}; }
    later();
  };
  const compositeAt = el => {
    const widget = eyes.widget(el), {kind, family} = told(widget);
    return COMPOSITE.has(kind) && family !== 'native' ? widget : null;
  };
  const toggle = el => {
    const name = who(el, 'fill', library);
    const state = () => send({what: 'check', who: name, on: read(el) === 'true'});
    setTimeout(state, 60);
  };

  // A menu that opens under the mouse is shut when the flow is played: what it hangs from is named too.
  const opened = el => {
    const menu = closest(el, MENUS);
    if (!menu) return;
    const ids = new Set([menu.id, ...[...menu.querySelectorAll('[id]')].map(e => e.id), menu.parentElement?.id].filter(Boolean));
    const hangs = [...document.querySelectorAll('[aria-controls],[aria-owns],.ant-dropdown-open')].filter(t =>
      !eyes.naming.holds(menu, t) && eyes.visible(t) &&
      (t.matches('.ant-dropdown-open') || ids.has(t.getAttribute('aria-controls')) || ids.has(t.getAttribute('aria-owns'))));
    if (hangs.length === 1) send({what: 'hover', who: who(hangs[0], 'act', library)});
  };

  // ---- listening, before the page's own scripts hear of it
  const from = event => event.composedPath()[0];
  const on = (name, act) => addEventListener(name, event => {
    const el = from(event);
    if (el instanceof Element) act(el, event);
  }, {capture: true, passive: true});

  on('pointerdown', (el, event) => {
    remember();
    if (!event.isTrusted) return;
    if (active && !eyes.naming.holds(active.el, el) && !closest(el, PANELS)) { settle(); active = null; }
    const composite = compositeAt(el);
    if (composite) enter(el);
  });
  on('focusin', el => {
    remember();
    if (compositeAt(el)) enter(el);
  });
  let enteredAt = 0;
  on('click', (el, event) => {
    if (el.matches('input[type=file]')) return send({what: 'chooser'});
    if (!event.isTrusted || (event.detail === 0 && event.timeStamp - enteredAt < 100)) return;
    if (closest(el, PANELS) && active) return later();
    if (compositeAt(el)) return enter(el);
    const label = closest(el, 'label'), control = label?.control;
    if (control && control !== el && !closest(el, 'a,button')) {
      if (control.matches('input[type=checkbox],input[type=radio]') || typed(control) || control.matches('select,input[type=file]')) return;
    }
    if (el.matches('input[type=checkbox],input[type=radio],select,option') || typed(el)) return;
    const widget = eyes.widget(el), {kind, family} = told(widget);
    if (family !== 'native' && TOGGLES.has(kind)) return widget.querySelector('input[type=checkbox],input[type=radio]') && kind !== 'switch' ? undefined : toggle(widget);
    if (family !== 'native' && kind === 'upload') return;
    if (closest(el, '[contenteditable=""],[contenteditable=true]')) return;
    const owner = ownerOf(el);
    if (owner.matches('[role=checkbox],[role=switch],[role=radio]') && !owner.matches('input')) return toggle(owner);
    const plain = owner === el && !owner.matches('a,button,[role],[onclick],summary,img,svg,input,[tabindex]');
    if (plain && getComputedStyle(el).cursor !== 'pointer') return;
    opened(owner);
    send({what: 'click', who: who(owner, 'act', library), count: event.detail});
  });
  on('input', (el, event) => {
    if (!event.isTrusted || el.matches('input[type=checkbox],input[type=radio],input[type=file],select')) return;
    const hidden = hiddenKind(el);
    if (hidden) return send({what: 'secret', who: fieldWho(el), value: hidden});
    if (compositeAt(el)) return enter(el);
    const rich = closest(el, '[contenteditable=""],[contenteditable=true]');
    report(rich || el, rich ? read(rich) : el.value);
  });
  on('change', (el, event) => {
    if (el.matches('input[type=file]')) {
      const files = [...el.files].map(f => f.name);
      return files.length ? send({what: 'upload', who: who(el, 'fill', library), files}) : undefined;
    }
    if (!event.isTrusted) return;
    if (el.matches('select')) report(el, read(el), several(el));
    else if (el.matches('input[type=checkbox],input[type=radio]') && !compositeAt(el))
      send({what: 'check', who: who(el, 'fill', library), on: el.checked});
    else if (el.matches('input[type=checkbox],input[type=radio]')) enter(el);
  });
  on('keydown', (el, event) => {
    if (!event.isTrusted || event.isComposing || event.keyCode === 229) return;
    const chord = [event.ctrlKey && 'Control', event.metaKey && 'Meta', event.altKey && 'Alt'].filter(Boolean);
    const field = typed(el);
    if (event.key === 'Enter' && field) enteredAt = event.timeStamp;
    if (active && (eyes.naming.holds(active.el, el) || closest(el, PANELS))) return later();
    if (!KEYS.has(event.key) && !(chord.length && event.key.length === 1 && !EDITING.test(event.key))) return;
    if (event.key === 'Enter' && !chord.length && (el.matches('textarea,button,a,summary,select,[contenteditable]') || !field)) return;
    if (event.key === 'Delete' && (field || !chord.length)) return;
    // Alt (on a Mac) and AltGr write characters: in a field they are typing, and in a password field a secret.
    if (field && event.key.length === 1 && (event.getModifierState('AltGraph') || chord.includes('Alt') || hiddenKind(el))) return;
    send({what: 'press', key: [...chord, event.key].join('+'), who: field ? who(el, 'fill', library) : null});
  });

  // ---- where we are
  const address = () => {
    const url = new URL(location.href);
    for (const name of [...url.searchParams.keys()]) if (PARAMETERS.test(name)) url.searchParams.delete(name);
    url.username = url.password = '';
    return url.href;
  };
  if (window === window.top) {
    const how = performance.getEntriesByType('navigation')[0]?.type || 'navigate';
    const caused = !!document.referrer && how === 'navigate';
    send({what: 'arrived', how, caused, url: address()});
    addEventListener('pageshow', event => { if (event.persisted) send({what: 'arrived', how: 'back_forward', caused: false, url: address()}); });
    // The browser tells a document when its own link, form or script leads away, and not when a person types an address.
    globalThis.navigation?.addEventListener('navigate', event => { if (!event.destination.sameDocument) send({what: 'leaving'}); });
    addEventListener('hashchange', () => send({what: 'arrived', how: 'hash', caused: false, url: address()}));
  }
  addEventListener('pagehide', settle);
}
