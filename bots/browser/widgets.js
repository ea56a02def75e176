// The hands' eyes for widgets: which widget this is, what it shows, which options its teleported popup offers.
// Class names as of Element Plus 2.x and Ant Design 5 and 6; what they mean is proved on the real libraries.
(() => {
  const eyes = globalThis[Symbol.for('yeban')];
  if (!eyes || eyes.widgets) return;
  const {visible, loose, norm} = eyes;
  const text = el => norm(el.textContent);

  const EP = {
    family: 'element-plus', select: '.el-select', cascader: '.el-cascader', range: '.el-range-editor',
    date: '.el-date-editor', number: '.el-input-number', switch: '.el-switch', radios: '.el-radio-group',
    checks: '.el-checkbox-group', radio: '.el-radio,.el-radio-button', check: '.el-checkbox,.el-checkbox-button',
    rate: '.el-rate', star: '.el-rate__item', upload: '.el-upload', on: /(^|\s)is-(checked|active)(\s|$)/, off: /(^|\s)is-disabled(\s|$)/,
    popper: '.el-select-dropdown,.el-select__popper,.el-cascader__dropdown,.el-picker__popper,.el-popper',
    option: '.el-select-dropdown__item', scroller: '.el-vl__window,.el-select-dropdown__wrap,.el-scrollbar__wrap',
    tag: '.el-select__selected-item .el-tag,.el-cascader__tags .el-tag', tagText: '.el-select__tags-text,.el-tag__content',
    tagClose: '.el-tag__close', shown: '.el-select__selected-item:not(.is-transparent):not(.el-select__input-wrapper)',
    hint: '.el-select__placeholder.is-transparent', menu: '.el-cascader-menu', node: '.el-cascader-node',
    nodeMark: '.el-checkbox,.el-radio', nodeOn: '.el-checkbox.is-checked,.el-radio.is-checked', nodePart: '.el-checkbox__input.is-indeterminate',
    leads: '.arrow-right,.el-cascader-node__postfix', cross: '.el-select__clear,.clear-icon,.el-range__close-icon:not(.el-range__close-icon--hidden),.el-cascader .icon-circle-close',
    tree: '.el-tree', twig: '.el-tree-node', twigMark: '.el-checkbox', fold: '.el-tree-node__expand-icon:not(.expanded):not(.is-leaf)',
    files: '.el-upload-list__item', fileName: '.el-upload-list__item-file-name,.el-upload-list__item-name', fileClose: '.el-icon--close,.el-upload-list__item-delete',
    loading: '.el-select-dropdown__loading,.el-cascader-menu__empty-text .is-loading,.el-icon.is-loading',
  };
  const ANT = {
    family: 'ant-design', select: '.ant-select', cascader: '.ant-cascader', range: '.ant-picker-range',
    date: '.ant-picker', number: '.ant-input-number', switch: '.ant-switch', radios: '.ant-radio-group',
    checks: '.ant-checkbox-group', radio: '.ant-radio-wrapper,.ant-radio-button-wrapper', check: '.ant-checkbox-wrapper',
    rate: '.ant-rate', star: '.ant-rate-star', upload: '.ant-upload', on: /-checked(\s|$)/, off: /-disabled(\s|$)/,
    popper: '.ant-select-dropdown,.ant-picker-dropdown,.ant-cascader-dropdown',
    option: '.ant-select-item-option', scroller: '.rc-virtual-list-holder,.ant-select-dropdown-list-holder,.ant-select-tree-list-holder',
    tag: '.ant-select-selection-overflow-item:not(.ant-select-selection-overflow-item-suffix),.ant-select-content-item:not(.ant-select-content-item-suffix):not(.ant-select-content-item-prefix)',
    tagText: '.ant-select-selection-item-content', tagClose: '.ant-select-selection-item-remove',
    shown: '.ant-select-selection-item,.ant-select-content-has-value', hint: '.ant-select-selection-placeholder,.ant-select-placeholder',
    menu: '.ant-cascader-menu', node: '.ant-cascader-menu-item', nodeMark: '.ant-cascader-checkbox', nodeOn: '.ant-cascader-checkbox-checked',
    nodePart: '.ant-cascader-checkbox-indeterminate', leads: '.ant-cascader-menu-item-expand-icon', cross: '.ant-select-clear,.ant-picker-clear',
    tree: '.ant-select-tree', twig: '.ant-select-tree-treenode[draggable]', twigMark: '.ant-select-tree-checkbox', fold: '.ant-select-tree-switcher_close',
    files: '.ant-upload-list-item', fileName: '.ant-upload-list-item-name', fileClose: '.ant-upload-list-item-action,.anticon-delete',
    loading: '.ant-spin-spinning,.anticon-loading',
  };
  const KINDS = ['range', 'date', 'cascader', 'select', 'number', 'switch', 'radios', 'checks', 'radio', 'check', 'rate', 'upload'];
  const INPUTS = 'input:not([type=hidden]),textarea,select';

  // The element itself, or the one widget inside a form item or cell that was named instead of it.
  const rootOf = el => {
    const near = eyes.widget(el), own = near.closest('.el-rate,.ant-rate') || near;
    if (own.matches('input,textarea,select,[contenteditable]') || dialectOf(own)) return own;
    const inner = [...own.querySelectorAll(KINDS.map(k => EP[k] + ',' + ANT[k]).join(',') + ',' + INPUTS + ',[contenteditable=true]')];
    return inner.length && !inner.every(i => i.matches('input[type=radio],input[type=checkbox]')) ? eyes.widget(inner[0]) : own;
  };
  const fillable = el => { const own = rootOf(el); return JSON.stringify(!!(own.matches(INPUTS + ',[contenteditable=""],[contenteditable=true]') || dialectOf(own)) && (own === el || own.contains(el) || own === eyes.widget(el))); };
  const dialectOf = el => [EP, ANT].find(d => KINDS.some(k => el.matches(d[k]))) || null;
  const inputOf = root => root.matches('input,textarea,select') ? root : root.querySelector(INPUTS);
  const nativeKind = (root, input) => {
    if (root.matches('[contenteditable=""],[contenteditable=true]')) return 'rich';
    if (root.matches('select')) return 'choice';
    if (root.matches('input[type=radio]')) return 'radio';
    if (root.matches('input[type=checkbox]')) return 'check';
    if (root.matches('input[type=file]')) return 'upload';
    if (!root.matches('input,textarea')) {
      const radios = root.querySelectorAll('input[type=radio]').length, checks = root.querySelectorAll('input[type=checkbox]').length;
      if (radios > 1) return 'radios';
      if (checks > 1) return 'checks';
      if (checks === 1) return 'check';
    }
    return input?.matches('[type=number]') ? 'number'
      : input?.matches('[type=date],[type=month],[type=week],[type=time],[type=datetime-local]') ? 'when' : 'text';
  };
  const isMultiple = (root, d) => /-multiple(\s|$)/.test(root.className) ||
    !!root.querySelector(d.tag + ',[aria-multiselectable=true],.el-select__selection.is-near,.el-cascader__tags') ||
    popups(root, d, true).some(p => p.matches('.is-multiple') || p.querySelector('[aria-multiselectable=true],.is-multiple,' + d.node + ' .el-checkbox'));
  const identify = el => {
    const root = rootOf(el), d = dialectOf(root), input = inputOf(root);
    const told = {family: d ? d.family : 'native', kind: d ? KINDS.find(k => root.matches(d[k])) : nativeKind(root, input)};
    told.multiple = root.matches('select') ? root.multiple : !!d && ['select', 'cascader'].includes(told.kind) && isMultiple(root, d);
    if (told.kind === 'select' && (root.matches('.ant-tree-select') || popups(root, d, true).some(p => p.querySelector(d.tree)))) told.kind = 'tree';
    told.disabled = !!input?.disabled || root.getAttribute('aria-disabled') === 'true' || root.matches('[contenteditable=false]') ||
      !!(d && (d.off.test(root.className) || root.querySelector('.el-select__wrapper.is-disabled')));
    told.readonly = !!input?.readOnly && told.kind !== 'choice';
    return JSON.stringify(told);
  };

  // The popup that belongs to this widget: by its ARIA link, else whichever is open while the widget says that it is.
  const comboOf = root => root.matches('[aria-expanded]') ? root : root.querySelector('[aria-expanded]');
  const popups = (root, d, hidden = false) => {
    const ids = [...root.querySelectorAll('[aria-controls],[aria-owns],[aria-describedby]'), root]
      .flatMap(e => [e.getAttribute('aria-controls'), e.getAttribute('aria-owns'), e.getAttribute('aria-describedby')]).filter(Boolean);
    for (const id of ids) {
      const el = document.getElementById(id);
      const own = el?.closest(d.popper) || (el?.querySelector(d.option + ',' + d.menu) ? el : null);
      if (own) return hidden || visible(own) ? [own] : [];
    }
    if (hidden || comboOf(root)?.getAttribute('aria-expanded') === 'false') return [];
    return [...document.querySelectorAll(d.popper)].filter(p => visible(p) && p.querySelector(d.option + ',' + d.menu + ',' + d.tree + ',input,table'));
  };
  // A layer that fades in is drawn smaller than it is; one that fades out may still shut what is opened meanwhile.
  const FADING = /-(enter|leave|appear)(-active|-start|-prepare)?(\s|$)/, FADING_OUT = /-leave(-active|-start|-prepare)?(\s|$)/;
  const moving = (el, everywhere, out) => {
    const root = rootOf(el), d = dialectOf(root), own = d && !everywhere ? popups(root, d, true) : [];
    const layers = own.length || !d ? own.map(p => p.closest('.el-popper') || p) : [...document.querySelectorAll(d.popper)];
    // Told to shut, yet still drawn: it will fade out in a moment.
    const doomed = d && comboOf(root)?.getAttribute('aria-expanded') === 'false' &&
      popups(root, d, true).some(p => getComputedStyle(p.closest('.el-popper') || p).display !== 'none' && !p.matches('[class*=dropdown-hidden]') && drawn(p));
    return JSON.stringify(!!doomed || layers.some(p => (out ? FADING_OUT : FADING).test(p.className)));
  };
  // Whether no layer moves any more; the page waits for it, so that nobody has to ask it thirty times a second.
  const still = async (el, [everywhere, out, ms]) => {
    const until = performance.now() + ms;
    while (moving(el, everywhere, out) === 'true') {
      if (performance.now() >= until) return 'false';
      await new Promise(done => setTimeout(done, 20));
    }
    return 'true';
  };
  const drawn = o => visible(o) || o.getBoundingClientRect().height > 0;
  const optionsOf = (root, d) => popups(root, d).flatMap(p => [...p.querySelectorAll(d.option)]);
  const usable = (o, d) => o.getAttribute('aria-disabled') !== 'true' && !d.off.test(o.className);
  const selected = el => el.getAttribute('aria-selected') === 'true' || /(^|\s)(is-)?selected(\s|$)|-selected(\s|$)|is-checked|is-current/.test(el.className);
  const scrollerOf = (root, d) => popups(root, d).flatMap(p => [...p.querySelectorAll(d.scroller)]).find(s => s.scrollHeight > s.clientHeight + 1);

  const state = el => {
    const root = rootOf(el), d = dialectOf(root);
    if (!d) return JSON.stringify({open: false, options: [], selected: [], loading: false, end: true, menus: [], hint: ''});
    const boxes = popups(root, d), list = optionsOf(root, d).filter(drawn), scroller = scrollerOf(root, d);
    return JSON.stringify({
      open: boxes.length > 0, options: list.filter(o => usable(o, d)).map(text), selected: list.filter(selected).map(text),
      loading: boxes.some(p => [...p.querySelectorAll(d.loading)].some(visible)),
      end: !scroller || scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 2,
      menus: boxes.flatMap(p => [...p.querySelectorAll(d.menu)]).map(m => [...m.querySelectorAll(d.node)].map(text)),
      hint: [...root.querySelectorAll(d.hint)].map(text).join(''),
    });
  };
  const option = (el, wanted) => {
    const root = rootOf(el), d = dialectOf(root);
    return optionsOf(root, d).find(o => loose(text(o)) === loose(wanted) && drawn(o) && usable(o, d)) || null;
  };
  // The field where a click opens it; null when a tag's cross or the clearing cross lies there.
  const grip = el => {
    const root = rootOf(el), box = root.getBoundingClientRect();
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return top && root.contains(top) && top.closest('.el-tag__close,.ant-select-selection-item-remove,.el-select__clear,.ant-select-clear') ? null : root;
  };
  const cross = el => { const root = rootOf(el), d = dialectOf(root); return d ? root.querySelector(d.cross) : null; };
  const blurred = el => { const a = document.activeElement; if (a && a !== document.body) a.blur(); return 'null'; };

  // ---- long lists: scrolled inside one evaluate; the list draws what is in view as soon as it hears of the scrolling
  const turn = () => new Promise(done => { const c = new MessageChannel(); c.port1.onmessage = () => setTimeout(done, 0); c.port2.postMessage(0); });
  const scrolledTo = async (scroller, top) => {
    scroller.scrollTop = top;
    scroller.dispatchEvent(new Event('scroll'));
    await turn();
  };
  const seek = async (el, [wanted, ms]) => {
    const root = rootOf(el), d = dialectOf(root), scroller = scrollerOf(root, d), until = performance.now() + ms;
    const seen = () => optionsOf(root, d).filter(drawn).map(text).filter(Boolean);
    const there = () => option(el, wanted) !== null;
    if (!scroller || there()) return JSON.stringify(there());
    const order = (a, b) => a.localeCompare(b, undefined, {numeric: true});
    for (let low = 0, high = scroller.scrollHeight, n = 0; n < 30 && high - low > 1; n++) {  // a sorted list is halved
      await scrolledTo(scroller, (low + high) / 2);
      if (there()) return 'true';
      const rows = seen();
      if (!rows.length) break;
      if (order(wanted, rows[0]) < 0) high = (low + high) / 2; else low = (low + high) / 2;
    }
    for (let top = 0; performance.now() < until; top += scroller.clientHeight * 0.8) {
      await scrolledTo(scroller, top);
      if (there()) return 'true';
      if (top + scroller.clientHeight >= scroller.scrollHeight) break;
    }
    return 'false';
  };

  // ---- trees: every branch unfolded once, then read from top to bottom
  const deep = (t, d) => d === EP ? (() => { let n = -1; for (let e = t; e; e = e.parentElement?.closest(d.twig)) n++; return n; })()
    : t.querySelectorAll('.ant-select-tree-indent-unit').length;
  const ownText = (t, d) => d === EP ? text(t.querySelector('.el-tree-node__content')) : text(t.querySelector('.ant-select-tree-title,.ant-select-tree-node-content-wrapper') || t);
  const twigOn = (t, d) => {
    const mark = d === EP ? t.querySelector('.el-tree-node__content .el-checkbox') : t.querySelector(d.twigMark);
    if (mark) return mark.matches('.is-checked,.ant-select-tree-checkbox-checked');
    return t.matches('.is-current,.ant-select-tree-treenode-selected') || !!t.querySelector('.el-tree-node__content .is-selected') && selected(t.querySelector('.el-tree-node__content .el-select-dropdown__item'));
  };
  const folded = t => { const own = t.querySelector('.el-tree-node__expand-icon,.ant-select-tree-switcher'); return own && own.matches(EP.fold + ',' + ANT.fold) && visible(own) ? own : null; };
  const twigs = (root, d) => popups(root, d).flatMap(p => [...p.querySelectorAll(d.twig)]).filter(visible);
  const unfolded = async (root, d, until) => {
    const scroller = scrollerOf(root, d);
    if (scroller) await scrolledTo(scroller, 0);
    for (let n = 0; n < 2000 && performance.now() < until;) {
      const shut = twigs(root, d).map(folded).filter(Boolean);
      for (const one of shut) { one.click(); n++; }
      const busy = popups(root, d).some(p => p.querySelector(d.loading + ',.ant-select-tree-switcher_loading,.ant-select-tree-treenode-motion,[class*=collapse-transition]'));
      await (shut.length || busy ? new Promise(requestAnimationFrame).then(turn) : turn());
      if (shut.length || busy) continue;
      const now = scrollerOf(root, d);
      if (!now || now.scrollTop + now.clientHeight >= now.scrollHeight - 2) break;
      await scrolledTo(now, now.scrollTop + now.clientHeight * 0.8);
    }
  };
  const scanned = async (root, d) => {
    const rows = new Map();
    const note = () => {
      const s = scrollerOf(root, d), top = s ? s.getBoundingClientRect().top - s.scrollTop : 0;
      for (const t of twigs(root, d)) {
        const at = Math.round(t.getBoundingClientRect().top - top), mark = t.querySelector(d.twigMark);
        const off = t.getAttribute('aria-disabled') === 'true' || (mark && d.off.test(mark.className));
        rows.set(at, {depth: deep(t, d), label: ownText(t, d), on: twigOn(t, d), marked: !!mark, off: !!off, at});
      }
    };
    const scroller = scrollerOf(root, d);
    if (scroller) await scrolledTo(scroller, 0);
    for (let n = 0; n < 2000; n++) {
      note();
      const s = scrollerOf(root, d);
      if (!s || s.scrollTop + s.clientHeight >= s.scrollHeight - 2) break;
      await scrolledTo(s, s.scrollTop + s.clientHeight * 0.8);
    }
    const path = [], list = [...rows.values()].sort((a, b) => a.at - b.at);
    return list.map((row, i) => {
      path.splice(row.depth, Infinity, row.label);
      return {path: [...path], on: row.on, marked: row.marked, off: row.off, leaf: !(list[i + 1]?.depth > row.depth), at: row.at};
    });
  };
  const twigList = async (el, ms) => {
    const root = rootOf(el), d = dialectOf(root);
    await unfolded(root, d, performance.now() + ms);
    return JSON.stringify(await scanned(root, d));
  };
  const twig = async (el, [at, label]) => {
    const root = rootOf(el), d = dialectOf(root), s = scrollerOf(root, d);
    if (s) await scrolledTo(s, Math.max(0, at - s.clientHeight / 2));
    const top = s ? s.getBoundingClientRect().top - s.scrollTop : 0;
    const far = t => Math.abs(t.getBoundingClientRect().top - top - at);
    const hit = twigs(root, d).filter(t => ownText(t, d) === label && far(t) < t.getBoundingClientRect().height).sort((a, b) => far(a) - far(b))[0];
    return hit ? hit.querySelector(d === EP ? '.el-tree-node__content .el-checkbox' : d.twigMark) ||
      hit.querySelector(d === EP ? '.el-tree-node__content .el-select-dropdown__item,.el-tree-node__content' : '.ant-select-tree-node-content-wrapper') : null;
  };

  // ---- cascaders
  const menusOf = (root, d) => popups(root, d).flatMap(p => [...p.querySelectorAll(d.menu)]);
  const node = (el, [level, wanted]) => {
    const root = rootOf(el), d = dialectOf(root), menu = menusOf(root, d)[level];
    return menu && [...menu.querySelectorAll(d.node)].find(n => loose(text(n)) === loose(wanted)) || null;
  };
  const markOf = el => el.querySelector('.el-radio,.el-checkbox,.ant-cascader-checkbox');
  const mark = el => { const n = el.closest(EP.node + ',' + ANT.node); return n && markOf(n); };
  const ticked = el => { const n = el.closest(EP.node + ',' + ANT.node); return JSON.stringify(!!n.querySelector(EP.nodeOn + ',' + ANT.nodeOn)); };
  // Every chosen leaf of the open cascader, found by walking into the branches that hold any.
  const tickedPaths = async (el, ms) => {
    const root = rootOf(el), d = dialectOf(root), out = [], until = performance.now() + ms;
    const walk = async (level, path) => {
      const labels = [...(menusOf(root, d)[level]?.querySelectorAll(d.node) || [])].map(text);
      for (const label of labels) {
        const one = node(el, [level, label]);
        if (!one || performance.now() > until || !one.querySelector(d.nodeOn + ',' + d.nodePart)) continue;
        if (!one.querySelector(d.leads)) { out.push([...path, label]); continue; }
        one.click();
        do await new Promise(requestAnimationFrame).then(turn);
        while (performance.now() < until && !menusOf(root, d)[level + 1]?.querySelector(d.node));
        await walk(level + 1, [...path, label]);
      }
    };
    await walk(0, []);
    return JSON.stringify(out);
  };

  // ---- calendars: which months the panes show, their days, and the arrows that turn the pages
  const calendar = el => {
    const root = rootOf(el), d = dialectOf(root), own = d ? popups(root, d) : [];
    return own.map(p => p.matches('.el-picker-panel') ? p : p.querySelector('.el-picker-panel,.ant-picker-panel-container')).find(p => p && visible(p)) || null;
  };
  const panesOf = panel => {
    const sides = [...panel.querySelectorAll('.el-date-range-picker__content,.ant-picker-panel')].filter(visible);
    return sides.length ? sides : [panel];
  };
  const panes = el => {
    const panel = calendar(el);
    return JSON.stringify(!panel ? [] : panesOf(panel).map(p => {
      const head = [...p.querySelectorAll('.el-date-picker__header-label,.el-date-range-picker__header,.ant-picker-header-view')].filter(visible);
      const [year, month] = (head.map(h => h.textContent).join(' ').match(/\d+/g) || []).map(Number);
      return {year, month};
    }));
  };
  const day = (el, [pane, date]) => {
    const panel = calendar(el), side = panel && panesOf(panel)[pane];
    const cells = side ? [...side.querySelectorAll('td.available:not(.prev-month):not(.next-month),td.ant-picker-cell-in-view')] : [];
    return cells.find(c => !c.matches('.disabled,.ant-picker-cell-disabled') && norm(c.textContent) === String(date)) || null;
  };
  const ARROWS = [['button.arrow-right', '.ant-picker-header-next-btn'], ['button.d-arrow-right', '.ant-picker-header-super-next-btn'],
    ['button.arrow-left', '.ant-picker-header-prev-btn'], ['button.d-arrow-left', '.ant-picker-header-super-prev-btn']];
  const arrow = (el, [back, year]) => {
    const list = calendar(el) ? [...calendar(el).querySelectorAll(ARROWS[(back ? 2 : 0) + (year ? 1 : 0)].join(','))].filter(visible) : [];
    return (back ? list[0] : list[list.length - 1]) || null;
  };
  // Whether a calendar or clock hangs open, and whether the field itself calls what was typed invalid.
  const picker = el => {
    const root = rootOf(el), d = dialectOf(root);
    return JSON.stringify({
      open: popups(root, d).length > 0, invalid: d === ANT && !!root.querySelector('input[aria-invalid=true]:focus'),
    });
  };
  // The box of a picker that takes the text; no layer of the page fades out any more, which might make it forget it.
  const inputAt = (el, index) => (el.matches('input') ? [el] : [...el.querySelectorAll('input')])[index] || el;
  const typable = async (el, [index, ms]) => { await still(el, [true, true, ms]); return inputAt(el, index); };
  // What that box holds once the page has heard of it, and whether the field calls it invalid.
  const typed = async (el, index) => {
    await turn();
    const box = inputAt(el, index);
    return JSON.stringify({...JSON.parse(picker(el)), value: box.value ?? box.innerText});
  };
  // The field is left. A box that was typed into is told before that typing is over, and says what it makes of it: else
  // that would come with leaving only.
  const leave = async (el, index) => {
    const box = index === null ? null : inputAt(el, index);
    box?.dispatchEvent(new Event('change', {bubbles: true}));
    if (box) await new Promise(done => setTimeout(done, 0));
    const value = box ? box.value : '';
    blurred();
    await turn();
    return JSON.stringify({...JSON.parse(picker(el)), value});
  };

  // ---- switches, boxes, stars, files
  const part = (el, css) => { const root = rootOf(el); return root.matches(css) ? root : root.querySelector(css); };
  const choice = (el, wanted) => {
    const root = rootOf(el), d = dialectOf(root);
    const css = d ? d.radio + ',' + d.check : 'label,input[type=radio],input[type=checkbox]';
    return [...root.querySelectorAll(css)].find(c => {
      const label = c.matches('input') ? c.labels?.[0]?.textContent ?? c.nextSibling?.textContent ?? '' : c.textContent;
      return loose(label) === loose(wanted) || (c.matches('input') && !label.trim() && c.value === wanted);
    }) || null;
  };
  const isOn = c => {
    const input = c.matches('input') ? c : c.querySelector('input[type=radio],input[type=checkbox],input[role=switch]') || c.control;
    if (input && (input.type === 'radio' || input.type === 'checkbox')) return input.checked;
    return c.getAttribute('aria-checked') === 'true' || EP.on.test(c.className) || ANT.on.test(c.className);
  };
  const isOff = c => !!(c.matches('input') ? c : c.querySelector('input') || c.control || c).disabled;
  const labelOfChoice = c => loose(c.matches('input') ? c.labels?.[0]?.textContent ?? c.nextSibling?.textContent ?? c.value : c.textContent);
  const choices = el => {
    const root = rootOf(el), d = dialectOf(root);
    let list = [...root.querySelectorAll(d ? d.radio + ',' + d.check : 'input[type=radio],input[type=checkbox]')];
    if (root.matches('input') || !list.length) list = [root];
    return JSON.stringify(list.map(c => ({text: labelOfChoice(c), on: isOn(c), off: isOff(c)})));
  };
  const star = (el, n) => { const root = rootOf(el), d = dialectOf(root); return root.querySelectorAll(d.star)[n - 1] || null; };
  const stars = root => root.matches('.el-rate') ? Number(root.getAttribute('aria-valuenow'))
    : root.querySelectorAll('.ant-rate-star-full').length + root.querySelectorAll('.ant-rate-star-half').length / 2;
  // A pointer that rests on the stars shows its own preview: it is told to have left before anything is read.
  const unhovered = el => {
    const root = rootOf(el);
    for (const [kind, bubbles] of [['mouseleave', false], ['mouseout', true]])
      root.dispatchEvent(new MouseEvent(kind, {bubbles, relatedTarget: document.body}));
    return 'null';
  };
  const filesOf = root => {
    const d = dialectOf(root), wrap = root.closest('.ant-upload-wrapper') || root.parentElement || root;
    return d ? [...wrap.querySelectorAll(d.files)].filter(f => !/-leave/.test(f.className)) : [];
  };
  const file = (el, wanted) => filesOf(rootOf(el)).find(f => norm((f.querySelector(EP.fileName + ',' + ANT.fileName) || f).textContent) === wanted) || null;
  const fileCross = el => el.querySelector(EP.fileClose + ',' + ANT.fileClose);

  // ---- what a field holds
  const tagsOf = (root, d) => {
    const list = [...root.querySelectorAll(d.tag)].filter(t => t.querySelector(d.tagClose) || t.querySelector(d.tagText))
      .filter(t => getComputedStyle(t).display !== 'none').map(t => ({text: norm((t.querySelector(d.tagText) || t).textContent), rest: /-rest(\s|$)/.test(t.className) || (!t.querySelector(d.tagClose) && /^\+\s*\d+/.test(text(t)))}));
    const hidden = list.filter(t => t.rest).reduce((n, t) => n + Number((t.text.match(/\d+/) || [0])[0]), 0);
    return {texts: list.filter(t => !t.rest).map(t => t.text), hidden: root.querySelector('.ant-select-selection-overflow') || root.matches('.ant-select') ? hiddenRest(root, hidden) : hidden};
  };
  // Ant Design keeps a "+ 0 ..." at hand that is not shown; its tags that do not fit are kept too, only unseen.
  const hiddenRest = (root, told) => {
    const rest = root.querySelector('[class*=-item-rest]');
    return rest && visible(rest) && rest.getAttribute('aria-hidden') !== 'true' ? told : 0;
  };
  const tagCross = (el, wanted) => {
    const root = rootOf(el), d = dialectOf(root);
    const stray = [...root.querySelectorAll(d.tag)].find(t => visible(t) && t.querySelector(d.tagClose) && !wanted.includes(loose(norm((t.querySelector(d.tagText) || t).textContent))));
    return stray ? stray.querySelector(d.tagClose) : null;
  };
  const shownOf = (root, d) => [...root.querySelectorAll(d.shown)].filter(visible).map(text).join('');
  const listRead = (root, d, multiple) => {
    if (multiple) { const {texts, hidden} = tagsOf(root, d); return {values: texts, hidden}; }
    const one = shownOf(root, d) || (root.matches('.ant-select') ? '' : inputOf(root)?.value || '');
    // An option whose value is empty (全部) leaves only the placeholder to be seen: its mark in the list tells.
    const marked = one ? [] : popups(root, d, true).flatMap(p => [...p.querySelectorAll(d.option)]).filter(selected).map(text);
    return {value: one || (marked.length === 1 ? marked[0] : '')};
  };
  const BLOCKS = 'p,div,li,h1,h2,h3,h4,h5,h6,pre,blockquote,tr';
  const richLines = box => {
    if (![...box.children].some(c => c.matches(BLOCKS + ',ul,ol,table,tbody')))
      return [...box.childNodes].map(n => n.nodeName === 'BR' ? '\n' : n.textContent).join('').replace(/\n$/, '').split('\n');
    return [...box.childNodes].flatMap(n => n.nodeType === 1 ? n.nodeName === 'BR' ? [''] : richLines(n) : n.textContent.trim() ? [n.textContent] : []);
  };
  const rich = root => richLines(root).join('\n').replace(/[\u200b\ufeff]/g, '').replace(/\u00a0/g, ' ');
  // {value} as shown, or {values, hidden} where several are chosen and some may be folded away.
  const told = el => {
    const root = rootOf(el), d = dialectOf(root), input = inputOf(root);
    const {kind, multiple} = JSON.parse(identify(el));
    const said = {kind, multiple, value: ''};
    if (kind === 'range') said.values = [...root.querySelectorAll('input')].map(i => i.value);
    else if (['select', 'tree', 'cascader'].includes(kind)) Object.assign(said, listRead(root, d, multiple));
    else if (kind === 'choice') said.values = [...root.selectedOptions].map(o => o.textContent.trim());
    else if (['radios', 'checks'].includes(kind)) said.values = JSON.parse(choices(el)).filter(c => c.on).map(c => c.text);
    else if (['switch', 'check', 'radio'].includes(kind)) said.value = String(isOn(root));
    else if (kind === 'rate') said.value = String(stars(root));
    else if (kind === 'rich') said.value = rich(root);
    else if (kind === 'upload') {
      const list = filesOf(root).map(f => norm((f.querySelector(EP.fileName + ',' + ANT.fileName) || f).textContent));
      // A list that is empty is the truth; the input below it still names what it handed over.
      const drawnList = (root.closest('.ant-upload-wrapper') || root.parentElement || root).querySelector('.el-upload-list,.ant-upload-list');
      said.values = drawnList && dialectOf(root) ? list : [...(part(el, 'input[type=file]')?.files || [])].map(f => f.name);
    } else said.value = input ? input.value : root.textContent.trim();
    return JSON.stringify(said);
  };
  // What a picker holds, and whether its calendar hangs open, at one moment.
  const held = el => JSON.stringify({...JSON.parse(told(el)), ...JSON.parse(picker(el))});
  // The same as one text, for whoever only watches (the recorder).
  const read = el => {
    const {kind, value, values} = JSON.parse(told(el));
    return JSON.stringify(!values ? value : kind === 'range' ? (values.some(Boolean) ? values.join(' ~ ') : '') : values.join(', '));
  };
  eyes.widgets = {fillable, identify, state, still, option, grip, cross, blurred, seek, twigList, twig, node, mark, ticked, tickedPaths, panes, day, arrow, picker, typable, typed, leave, held,
    part, choice, choices, star, unhovered, file, fileCross, tagCross, told, read};
})();
