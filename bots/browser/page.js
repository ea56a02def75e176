// The eyes: one evaluate answers many questions about what a person would see in this document.
// It changes nothing in the page; found elements are remembered by number, weakly.
(() => {
  const KEY = Symbol.for('yeban');
  if (globalThis[KEY]) return;

  const ACTIONABLE = 'button,a,summary,input[type=button],input[type=submit],input[type=reset],[role=button],' +
    '[role=link],[role=menuitem],[role=menuitemcheckbox],[role=menuitemradio],[role=tab],[role=option],' +
    '[role=treeitem],[role=switch],[role=checkbox],[role=radio],[onclick],.el-menu-item,.el-sub-menu__title,' +
    '.el-dropdown-menu__item,.el-select-dropdown__item,.el-cascader-node,.el-tabs__item,.el-checkbox,.el-radio,' +
    '.el-radio-button,.el-checkbox-button,.ant-menu-item,.ant-dropdown-menu-item,.ant-select-item-option,' +
    '.ant-tabs-tab,.ant-checkbox-wrapper,.ant-radio-wrapper,.ant-radio-button-wrapper';
  const WIDGETS = '.el-date-editor,.el-select,.el-cascader,.el-checkbox-group,.el-radio-group,.el-checkbox,' +
    '.el-radio,.el-switch,.el-input-number,.el-upload,.el-autocomplete,.el-input,.el-textarea,.el-slider,.el-rate,' +
    '.ant-picker,.ant-select,.ant-cascader-picker,.ant-checkbox-group,.ant-radio-group,.ant-checkbox-wrapper,' +
    '.ant-radio-wrapper,.ant-switch,.ant-input-number,.ant-rate,.ant-upload,.ant-input-affix-wrapper,.ant-input,' +
    '[contenteditable=""],[contenteditable=true],input:not([type=hidden]),textarea,select';
  const ROLES = {
    button: 'button,input[type=button],input[type=submit],input[type=reset],summary',
    link: 'a', textbox: 'input:not([type]),input[type=text],input[type=email],input[type=tel],input[type=url],' +
      'input[type=password],input[type=number],input[type=date],input[type=month],textarea,[contenteditable=true]',
    combobox: 'select', checkbox: 'input[type=checkbox]', radio: 'input[type=radio]', searchbox: 'input[type=search]',
    spinbutton: 'input[type=number]', img: 'img', table: 'table', row: 'tr', cell: 'td', columnheader: 'th',
    heading: 'h1,h2,h3,h4,h5,h6', dialog: 'dialog', listitem: 'li', list: 'ul,ol', navigation: 'nav', option: 'option',
    switch: '.el-switch,.ant-switch', tab: '.el-tabs__item,.ant-tabs-tab', menuitem: '.el-menu-item,.ant-menu-item',
  };
  const ROWS = 'tr,.el-table__row,.ant-table-row,[role=row],.el-table-v2__row,.vxe-body--row';
  const HEADS = 'thead,.el-table__header,.ant-table-thead,.el-table-v2__header-row,.el-table-v2__header-wrapper';
  const CELLS = 'td,th,[role=cell],[role=gridcell],.el-table__cell,.ant-table-cell,.el-table-v2__row-cell';
  const SECTIONS = 'dialog,section,fieldset,article,form,aside,details,[role=dialog],[role=alertdialog],[role=region],' +
    '[role=group],[role=tabpanel],.el-dialog,.el-drawer,.el-card,.el-message-box,.el-collapse-item,.el-descriptions,' +
    '.ant-modal,.ant-drawer,.ant-card,.ant-collapse-item,.ant-descriptions,.card,.panel,.modal';
  const TITLES = 'h1,h2,h3,h4,h5,h6,legend,summary,[role=heading],[class*=title],[class*=header]';
  const ITEMS = '.el-form-item,.ant-form-item,.form-group,.form-item,.form-row,.field,.control-group';
  const LABELS = 'label,.el-form-item__label,.ant-form-item-label,dt,th,td,legend,[class*=label]';
  const TESTIDS = ['data-testid', 'data-test-id', 'data-test', 'data-qa'];
  const SKIP = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE', 'TITLE', 'OPTION']);
  const CJK = '[\\u2e80-\\u9fff\\uf900-\\ufaff\\uff00-\\uffef\\u3000-\\u303f]';
  const BESIDE_CJK = new RegExp(`(?<=${CJK}) | (?=${CJK})`, 'g');

  // ---- text
  const norm = s => (s || '').replace(/[\u200b\ufeff]/g, '').replace(/[\s\u00a0]+/g, ' ').trim();
  const loose = s => norm(s).replace(BESIDE_CJK, '');
  const bare = s => loose(s).replace(/^\*\s*/, '').replace(/\s*[:：*]$/, '');
  const tests = (value, exact) => {
    const plain = value.trim(), soft = loose(value), label = bare(value);
    if (!exact) return [s => loose(s).includes(soft)];
    // Spaces beside Chinese letters are the library's own (查 询): such a twin is as much a twin as any.
    const near = t => t.length <= 3 * plain.length + 4 && t[0] === soft[0] && loose(t) === soft;
    return [s => { const t = (s || '').trim(); return t === plain || near(t); }, s => loose(s) === soft || bare(s) === label];
  };
  const textOf = el => el.matches('input[type=button],input[type=submit],input[type=reset]') ? el.value : el.textContent;
  const idText = (el, ids) => (ids || '').split(/\s+/).map(i => i && el.getRootNode().getElementById?.(i)?.textContent)
    .filter(Boolean).join(' ');
  const nameOf = el => {
    const given = idText(el, el.getAttribute('aria-labelledby')) || el.getAttribute('aria-label');
    if (given) return given;
    if (el.labels?.length) return el.labels[0].textContent;
    if (el.matches('input,textarea,select') && !el.matches('[type=button],[type=submit],[type=reset]'))
      return el.getAttribute('placeholder') || el.title || '';
    return norm(textOf(el)) || el.getAttribute('alt') || el.getAttribute('title') ||
      el.querySelector?.('img[alt]')?.alt || '';
  };

  // ---- the tree, with open shadow roots
  const roots = scope => {
    const out = [scope];
    for (const el of scope.querySelectorAll('*')) if (el.shadowRoot) out.push(...roots(el.shadowRoot));
    if (scope.shadowRoot) out.push(...roots(scope.shadowRoot));
    return out;
  };
  const all = (trees, css) => {
    const out = [];
    for (const t of trees) { if (t.matches?.(css)) out.push(t); out.push(...t.querySelectorAll(css)); }
    return out;
  };
  const up = el => el.parentElement || el.getRootNode().host || null;
  const holds = (outer, inner) => { for (let e = inner; e; e = up(e)) if (e === outer) return true; return false; };
  const visible = el => {
    if (!el.isConnected || el.closest('[class*="-leave-active"]')) return false;
    if (!el.checkVisibility({visibilityProperty: true, opacityProperty: true, contentVisibilityAuto: false})) return false;
    const box = el.getBoundingClientRect();
    return box.width > 0 && box.height > 0;
  };
  const unique = list => [...new Set(list)];
  const innermost = list => list.filter(a => !list.some(b => b !== a && holds(a, b)));
  const outermost = list => list.filter(a => !list.some(b => b !== a && holds(b, a)));
  const ordered = list => list.sort((a, b) =>
    a === b ? 0 : a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1);

  // ---- by text
  const byText = (trees, test, value) => {
    const soft = loose(value), out = [];
    const climb = (el, data) => {
      const part = loose(data);
      if (!part || !soft.includes(part)) return null;
      while (el && loose(el.textContent).length < soft.length) el = el.parentElement;
      return el && test(el.textContent) ? el : null;
    };
    for (const tree of trees) {
      const walker = document.createTreeWalker(tree, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const el = node.parentElement;
        if (!el || SKIP.has(el.tagName) || !/\S/.test(node.data)) continue;
        const hit = test(node.data) ? el : climb(el, node.data);
        if (hit) out.push(hit);
      }
      for (const el of all([tree], 'input[type=button],input[type=submit],input[type=reset]'))
        if (test(el.value)) out.push(el);
    }
    return innermost(unique(out));
  };
  // The button around the words is what a person clicks, not the span inside it.
  const promoted = (el, test) => {
    const owner = el.closest(ACTIONABLE);
    return owner && (test(textOf(owner)) || owner === el) ? owner : el;
  };
  const shown = el => {
    if (visible(el)) return el;
    if (!el.matches('input,select,textarea')) return null;
    const proxy = el.closest('label,.el-switch,.ant-switch,.el-upload,.ant-upload,.el-select,.ant-select');
    return proxy && visible(proxy) ? proxy : null;
  };
  const seen = list => unique(list.map(shown).filter(Boolean));

  // ---- fields
  // The words of a label alone: a label may wrap a list whose options are text too.
  const wordsOf = label => {
    if (!label.querySelector('select,textarea,[contenteditable]')) return label.textContent;
    const walker = document.createTreeWalker(label, NodeFilter.SHOW_TEXT), out = [];
    for (let n = walker.nextNode(); n; n = walker.nextNode())
      if (!n.parentElement.closest('select,textarea,[contenteditable]')) out.push(n.data);
    return out.join(' ');
  };
  const isField = el => visible(el) || el.matches('input[type=file]') || !!shown(el);
  const widgetOf = el => {
    let found = null;
    for (let e = el; e && !e.matches('form,' + ITEMS); e = up(e)) if (e.matches(WIDGETS)) found = e;
    return found || el;
  };
  const widgetsIn = (box, label) => {
    const list = outermost([...box.querySelectorAll(WIDGETS)].filter(e =>
      isField(e) && !(label && holds(label, e)) && (!box.matches(ITEMS) || e.closest(ITEMS) === box)));
    const loneChoices = list.length > 1 && list.every(e => e.matches('input[type=radio],input[type=checkbox]') ||
      e.matches('.el-radio,.el-checkbox,.ant-radio-wrapper,.ant-checkbox-wrapper'));
    return loneChoices ? [box] : list;
  };
  const fieldsOf = label => {
    if (label.control) return [widgetOf(label.control)];
    const own = label.matches('label') ? label.querySelector('input,select,textarea') : null;
    if (own) return [widgetOf(own)];
    const item = label.closest(ITEMS);
    if (item && item.querySelector(LABELS)?.textContent.includes(label.textContent)) {
      const inside = widgetsIn(item, label);
      if (inside.length) return inside;
    }
    if (label.matches('legend')) return widgetsIn(label.parentElement, label);
    const next = label.nextElementSibling;
    if (next?.matches(WIDGETS)) return isField(next) ? [next] : [];
    if (next && !next.matches(ROWS)) { const list = widgetsIn(next, null); if (list.length) return list; }
    const parent = label.parentElement, list = parent && !parent.matches('tr,form,body') ? widgetsIn(parent, label) : [];
    return list.length === 1 && !label.matches('td,th') ? list : [];
  };
  const labelled = (trees, test) => {
    const out = [];
    for (const el of all(trees, LABELS)) {
      if (el.matches(ITEMS) || !test(wordsOf(el)) || !visible(el)) continue;
      if (!el.matches('label') && el.querySelector(WIDGETS)) continue;
      const choice = el.closest('.el-checkbox,.el-radio,.el-radio-button,.el-checkbox-button,.ant-checkbox-wrapper,' +
        '.ant-radio-wrapper,.ant-radio-button-wrapper');
      if (choice) out.push(choice); else out.push(...fieldsOf(el));
    }
    for (const el of all(trees, '[aria-label],[aria-labelledby],input[title],select[title],textarea[title]')) {
      if (!el.matches(WIDGETS) && !el.matches('[role=combobox],[role=textbox],[role=searchbox],[role=spinbutton]')) continue;
      const name = idText(el, el.getAttribute('aria-labelledby')) || el.getAttribute('aria-label') || el.title;
      if (test(name) && isField(el)) out.push(widgetOf(el));
    }
    return outermost(unique(out)).filter(isField);
  };
  const placeheld = (trees, test) => {
    const out = all(trees, '[placeholder]').filter(e => test(e.getAttribute('placeholder')) && isField(e)).map(widgetOf);
    for (const el of all(trees, '.el-select__placeholder,.ant-select-selection-placeholder'))
      if (test(el.textContent) && visible(el)) out.push(widgetOf(el));
    return unique(out);
  };

  // ---- rows, sections, roles
  const rowsWith = (trees, test) => {
    const rows = all(trees, ROWS).filter(r => visible(r) && !r.closest(HEADS));
    const cells = r => [...r.querySelectorAll(CELLS)].filter(c => c.closest(ROWS) === r);
    const whole = rows.filter(r => cells(r).some(c => test(c.textContent)));
    // A cell that stacks a title and an id holds each in an element of its own: that is still exactly the text.
    const hits = whole.length ? whole : rows.filter(r => cells(r).some(c =>
      [...c.querySelectorAll('*')].some(e => !e.children.length && test(e.textContent))));
    const main = hits.filter(r => !r.closest('.el-table-v2__left,.el-table-v2__right'));
    return innermost(main.length ? main : hits);
  };
  // A virtual table draws one row as up to three: left fixed, main and right fixed columns.
  const partners = row => {
    const keyOf = r => r.getAttribute('rowkey') || r.style.top, table = row.closest('.el-table-v2');
    if (!table || !row.matches('.el-table-v2__row')) return [row];
    return [...table.querySelectorAll('.el-table-v2__row')].filter(r => keyOf(r) === keyOf(row));
  };
  const titleOf = box => {
    const named = idText(box, box.getAttribute('aria-labelledby')) || box.getAttribute('aria-label');
    const head = [...box.querySelectorAll(TITLES)].find(h => h.closest(SECTIONS) === box && norm(h.textContent));
    return [named, ...(head ? [head.textContent] : [])].filter(Boolean);
  };
  const sections = (trees, test) => innermost(all(trees, SECTIONS).filter(box => visible(box) && (
    titleOf(box).some(test) || [...box.querySelectorAll(TITLES)].some(h => h.closest(SECTIONS) === box && test(h.textContent)))));
  const byRole = (trees, role, name, test) => {
    const css = (ROLES[role] ? ROLES[role] + ',' : '') + `[role="${CSS.escape(role)}"]`;
    const list = all(trees, css).filter(e => !e.hasAttribute('role') || e.getAttribute('role') === role ||
      (ROLES[role] && e.matches(ROLES[role])));
    return seen(name ? list.filter(e => test(nameOf(e)) || test(textOf(e))) : list);
  };
  const byName = (trees, value, test, want) => {
    const texts = () => unique(byText(trees, test, value).map(e => promoted(e, test)).filter(visible));
    const named = () => all(trees, '[aria-label],[title],img[alt]').filter(e => visible(e) &&
      (test(e.getAttribute('aria-label')) || test(e.title) || test(e.getAttribute('alt'))));
    const fields = () => labelled(trees, test), held = () => placeheld(trees, test);
    const actions = () => outermost(unique([...texts(), ...named().map(e => e.closest(ACTIONABLE) || e)]
      .filter(e => e.matches(ACTIONABLE))));
    const tiers = want === 'fill' ? [fields, held]
      : want === 'see' ? [texts, fields, held, named, () => rowsWith(trees, test)]
      : [actions, fields, held, texts, named];
    for (const tier of tiers) { const list = tier(); if (list.length) return list; }
    return [];
  };
  const asPlace = (trees, value, test) => {
    for (const tier of [() => rowsWith(trees, test), () => sections(trees, test), () => labelled(trees, test)]) {
      const list = tier();
      if (list.length) return list;
    }
    return [];
  };

  // ---- one question
  const pick = (list, nth) => list.slice(nth > 0 ? nth - 1 : list.length + nth).slice(0, 1);
  // Of boxes in boxes that hold the words, the innermost is the card that a person means.
  const holding = (list, words) => innermost(list.filter(e =>
    tests(words, true).some(test => byText(roots(e), test, words).some(visible))));
  const find = (by, want, trees, place) => {
    const every = findAll(by, want, trees, place), list = by.has ? holding(every, by.has) : every;
    return by.nth ? pick(ordered(list), by.nth) : list;
  };
  const findAll = (by, want, trees, place) => {
    if (by.within) trees = find(by.within, 'see', trees, true).flatMap(partners).flatMap(roots);
    if (by.by === 'css') return seen(all(trees, by.value));
    if (by.by === 'testid')
      return seen(unique(TESTIDS.flatMap(a => all(trees, `[${a}="${CSS.escape(by.value)}"]`))));
    if (by.by === 'role' && !by.name) return byRole(trees, by.value, '', null);
    for (const test of tests(by.by === 'role' ? by.name : by.value, by.exact)) {
      const list = by.by === 'text' ? unique(byText(trees, test, by.value).map(e => promoted(e, test)).filter(visible))
        : by.by === 'role' ? byRole(trees, by.value, by.name, test)
        : by.by === 'label' ? labelled(trees, test)
        : by.by === 'placeholder' ? placeheld(trees, test)
        : by.by === 'row' ? rowsWith(trees, test)
        : by.by === 'section' ? sections(trees, test)
        : place ? asPlace(trees, by.value, test) : byName(trees, by.value, test, want);
      if (list.length) return list;
    }
    return [];
  };
  const firstOf = (ways, trees, place) => {
    for (const by of ways) { const list = find(by, 'see', trees, place); if (list.length) return list; }
    return [];
  };
  const inFrame = css => {
    for (let w = window; w !== w.parent; w = w.parent) {
      try { if (w.frameElement?.matches(css)) return true; } catch { return false; }
    }
    return false;
  };
  const gap = (a, b) => Math.hypot(Math.max(0, b.left - a.right, a.left - b.right), Math.max(0, b.top - a.bottom, a.top - b.bottom));
  const overlap = (a0, a1, b0, b1) => Math.min(a1, b1) - Math.max(a0, b0) > 1;
  const NEARNESS = {
    near: (r, c) => gap(r, c),
    below: (r, c) => c.top >= r.bottom - 2 && overlap(r.left, r.right, c.left, c.right) ? c.top - r.bottom : Infinity,
    right_of: (r, c) => c.left >= r.right - 2 && overlap(r.top, r.bottom, c.top, c.bottom) ? c.left - r.right : Infinity,
  };
  const nearest = (list, ref, measure) => {
    const box = ref.getBoundingClientRect();
    const far = new Map(list.filter(e => e !== ref && !holds(e, ref)).map(e => [e, Math.round(measure(box, e.getBoundingClientRect()))]));
    const best = Math.min(Infinity, ...far.values());
    return best === Infinity ? [] : [...far.keys()].filter(e => far.get(e) === best);
  };
  // Behind a modal layer that spans the window nothing can be seen or clicked: such twins do not count.
  const behindLayer = el => {
    const box = el.getBoundingClientRect(), x = box.left + box.width / 2, y = box.top + box.height / 2;
    if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) {
      const layers = [...document.querySelectorAll('.el-overlay,.ant-modal-wrap,.ant-drawer,[aria-modal=true],dialog[open]')];
      if (layers.some(visible)) return !layers.some(l => visible(l) && holds(l, el));
    }
    // Below the fold nothing tells but the middle of the window: a layer over all of it covers what is scrolled to, too.
    const top = document.elementFromPoint(x, y) || document.elementFromPoint(innerWidth / 2, innerHeight / 2);
    if (!top || holds(el, top) || holds(top, el)) return false;
    for (let e = top; e && !holds(e, el); e = up(e)) {
      const b = e.getBoundingClientRect();
      if (getComputedStyle(e).position === 'fixed' && b.width >= innerWidth * 0.95 && b.height >= innerHeight * 0.95) return true;
    }
    return false;
  };
  const answer = (ask, whole) => {
    const nobody = {list: [], places: -1, placeList: []};
    if (ask.by.frame && !inFrame(ask.by.frame)) return nobody;
    let trees = whole, places = -1, placeList = [];
    if (ask.inside.length) {
      placeList = firstOf(ask.inside, trees, true);
      places = placeList.length;
      if (places !== 1) return {list: [], places, placeList};
      trees = placeList.flatMap(partners).flatMap(roots);
    }
    let list = find(ask.by, ask.want, trees, false);
    if (ask.inside.length) list = list.filter(e => !placeList.includes(e));
    for (const relation of ['near', 'below', 'right_of']) {
      if (!ask[relation].length) continue;
      const refs = firstOf(ask[relation], trees, false);
      if (refs.length !== 1) return {list: [], places: refs.length, placeList: refs};
      list = nearest(list, refs[0], NEARNESS[relation]);
    }
    if (list.length > 1 && ask.want !== 'see') {
      const free = list.filter(e => !behindLayer(e));
      if (free.length) list = free;
    }
    ordered(list);
    if (ask.nth) list = pick(list, ask.nth);
    return {list, places, placeList, trees};
  };

  // ---- what is said about an element
  const kept = [], numbers = new WeakMap();
  const keep = el => {
    if (!numbers.has(el)) { numbers.set(el, kept.length); kept.push(new WeakRef(el)); }
    return numbers.get(el);
  };
  const kindOf = el => {
    if (el.matches('button,[role=button],input[type=button],input[type=submit],input[type=reset],summary')) return 'button';
    if (el.matches('a,[role=link]')) return 'link';
    for (const k of ['menuitem', 'tab', 'option', 'checkbox', 'radio', 'switch'])
      if (el.matches(`[role=${k}]`) || (ROLES[k] && el.matches(ROLES[k]))) return k;
    if (el.matches('.el-checkbox,.ant-checkbox-wrapper')) return 'checkbox';
    if (el.matches('.el-radio,.ant-radio-wrapper,.el-radio-button,.ant-radio-button-wrapper')) return 'radio';
    if (el.matches(WIDGETS)) return 'field';
    if (el.matches(ROWS)) return 'row';
    if (el.matches(CELLS)) return 'cell';
    if (el.matches(SECTIONS)) return 'section';
    return el.matches('img,svg,canvas') ? 'image' : 'text';
  };
  const short = (s, n = 40) => { const t = norm(s); return t.length > n ? t.slice(0, n) + '…' : t; };
  const whereOf = el => {
    const parts = [];
    for (let e = up(el); e && parts.length < 3; e = up(e)) {
      if (e.matches(ROWS)) parts.unshift('行「' + short(e.querySelector(CELLS)?.textContent || e.textContent, 20) + '」');
      else if (e.matches(ITEMS)) { const l = e.querySelector(LABELS); if (l) parts.unshift('「' + short(bare(l.textContent), 20) + '」'); }
      else if (e.matches(SECTIONS)) { const t = titleOf(e)[0]; if (t) parts.unshift('「' + short(t, 20) + '」'); }
      else if (e.matches('nav,header,footer,aside,.el-menu')) parts.unshift(e.tagName.toLowerCase());
    }
    const box = el.getBoundingClientRect();
    return parts.join(' › ') + `(${Math.round(box.left)}, ${Math.round(box.top)})`;
  };
  const say = el => ({
    text: short(el.matches('input[type=password]') ? '' : nameOf(el)), tag: el.tagName.toLowerCase(),
    kind: kindOf(el), where: whereOf(el), token: keep(el),
  });
  const texts = limit => {
    const out = new Set();
    const walker = document.createTreeWalker(document.body || document, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node && out.size < limit; node = walker.nextNode()) {
      const el = node.parentElement, text = norm(node.data);
      if (text && text.length <= 60 && el && !SKIP.has(el.tagName) && visible(el)) out.add(text);
    }
    for (const el of document.querySelectorAll('[placeholder]')) if (visible(el)) out.add(el.getAttribute('placeholder'));
    return [...out];
  };

  Object.defineProperty(globalThis, KEY, {value: {
    survey: asks => {
      const whole = roots(document);
      const questions = JSON.parse(asks), answers = questions.map(ask => answer(ask, whole));
      const told = answers.map(({list, places, placeList}) =>
        ({count: list.length, matches: list.slice(0, 20).map(say), places, place_matches: placeList.slice(0, 20).map(say)}));
      globalThis[KEY].compare(questions, answers, told);
      return JSON.stringify(told);
    },
    // The rows of a list; those that hold all the words come with the one link that is in them.
    rows: question => {
      const {words, links} = JSON.parse(question);
      const linkIn = row => {
        for (const by of links) {
          const found = find(by, 'act', roots(row), false).filter(e => e !== row);
          if (found.length === 1) return say(found[0]);
        }
        return null;
      };
      return JSON.stringify(ordered([...rowsWith(roots(document), () => true)]).slice(0, 200).map(row => {
        const text = (row.innerText || '').trim();
        return {text, link: words.every(w => text.includes(w)) ? linkIn(row) : null};
      }));
    },
    within: (el, by) => JSON.stringify(find(JSON.parse(by), 'act', roots(el), false).filter(e => e !== el).map(keep)),
    element: token => kept[token]?.deref() || null,
    say: el => JSON.stringify(say(el)),
    texts: limit => JSON.stringify(texts(limit)),
    widget: el => widgetOf(el), visible, norm, loose, bare, partners, ROWS, CELLS, HEADS,
    holds, up, all, told: say, kindOf, titleOf, short, keep, ACTIONABLE, WIDGETS, SECTIONS, ITEMS, LABELS, TESTIDS,
  }});
})();
