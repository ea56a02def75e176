// The hands' eyes for widgets: which widget this is, what it shows, which options its teleported popup offers.
(() => {
  const eyes = globalThis[Symbol.for('yeban')];
  if (!eyes || eyes.widgets) return;
  const {visible, loose, norm} = eyes;
  const text = el => norm(el.textContent);

  const EP = {
    family: 'element-plus', select: '.el-select', cascader: '.el-cascader', range: '.el-range-editor',
    date: '.el-date-editor', number: '.el-input-number', switch: '.el-switch', radios: '.el-radio-group',
    checks: '.el-checkbox-group', radio: '.el-radio,.el-radio-button', check: '.el-checkbox,.el-checkbox-button',
    upload: '.el-upload', on: /(^|\s)is-(checked|active)(\s|$)/, off: /(^|\s)is-disabled(\s|$)/,
    popper: '.el-select-dropdown,.el-select__popper,.el-cascader__dropdown,.el-picker__popper,.el-popper',
    option: '.el-select-dropdown__item', scroller: '.el-vl__window,.el-select-dropdown__wrap,.el-scrollbar__wrap',
    tags: '.el-select__tags-text', more: '.el-select__collapse-tags',
    shown: '.el-select__selected-item:not(.is-transparent):not(.el-select__input-wrapper)',
    hint: '.el-select__placeholder.is-transparent', menu: '.el-cascader-menu', node: '.el-cascader-node', mark: '.el-radio,.el-checkbox',
    loading: '.el-select-dropdown__loading,.el-cascader-menu__empty-text .is-loading,.el-icon.is-loading',
  };
  const ANT = {
    family: 'ant-design', select: '.ant-select', cascader: '.ant-cascader', range: '.ant-picker-range',
    date: '.ant-picker', number: '.ant-input-number', switch: '.ant-switch', radios: '.ant-radio-group',
    checks: '.ant-checkbox-group', radio: '.ant-radio-wrapper,.ant-radio-button-wrapper', check: '.ant-checkbox-wrapper',
    upload: '.ant-upload', on: /-checked(\s|$)/, off: /-disabled(\s|$)/,
    popper: '.ant-select-dropdown,.ant-picker-dropdown,.ant-cascader-dropdown',
    option: '.ant-select-item-option,.ant-select-tree-node-content-wrapper', scroller: '.rc-virtual-list-holder',
    tags: '.ant-select-selection-overflow-item .ant-select-selection-item-content', more: '.ant-select-selection-overflow-item-rest',
    shown: '.ant-select-selection-item,.ant-select-content-value',
    hint: '.ant-select-selection-placeholder,.ant-select-placeholder', menu: '.ant-cascader-menu', node: '.ant-cascader-menu-item', mark: '.ant-cascader-checkbox',
    loading: '.ant-spin-spinning,.anticon-loading',
  };
  const KINDS = ['range', 'date', 'cascader', 'select', 'number', 'switch', 'radios', 'checks', 'radio', 'check', 'upload'];

  // The element itself, or the one widget inside a form item or cell that was named instead of it.
  const rootOf = el => {
    const own = eyes.widget(el);
    if (own.matches('input,textarea,select,[contenteditable]') || dialectOf(own)) return own;
    const inner = [...own.querySelectorAll(KINDS.map(k => EP[k] + ',' + ANT[k]).join(',') + ',input:not([type=hidden]),textarea,select,[contenteditable=true]')];
    return inner.length && !inner.every(i => i.matches('input[type=radio],input[type=checkbox]')) ? eyes.widget(inner[0]) : own;
  };
  const dialectOf = el => [EP, ANT].find(d => KINDS.some(k => el.matches(d[k]))) || null;
  const inputOf = root => root.matches('input,textarea,select') ? root
    : root.querySelector('input:not([type=hidden]),textarea,select');

  const identify = el => {
    const root = rootOf(el), d = dialectOf(root), input = inputOf(root);
    const told = {family: d ? d.family : 'native', kind: 'text', label: '', multiple: false, time: false, readonly: false, disabled: false};
    told.disabled = !!input?.disabled || root.getAttribute('aria-disabled') === 'true' || !!(d && d.off.test(root.className));
    told.readonly = !!input?.readOnly;
    if (d) {
      told.kind = KINDS.find(k => root.matches(d[k]));
      if (told.kind === 'select') {
        told.multiple = !!root.querySelector(d.tags + ',[aria-multiselectable=true]') || /-multiple(\s|$)/.test(root.className) ||
          !!root.querySelector('.el-select__selection.is-near') || popups(root, d, true).some(p => p.querySelector('[aria-multiselectable=true],.is-multiple') || p.matches('.is-multiple'));
      }
      told.time = /datetime/.test(root.className) || /time/i.test(input?.placeholder || '') || !!root.querySelector('[placeholder*=时间]');
    } else if (root.matches('[contenteditable=""],[contenteditable=true]')) told.kind = 'rich';
    else if (root.matches('select')) { told.kind = 'choice'; told.multiple = root.multiple; }
    else if (root.matches('input[type=radio]')) told.kind = 'radio';
    else if (root.matches('input[type=checkbox]')) told.kind = 'check';
    else if (root.matches('input[type=file]')) told.kind = 'upload';
    else if (input) told.kind = input.matches('[type=number]') ? 'number' : input.matches('[type=date],[type=month],[type=time],[type=datetime-local]') ? 'when' : 'text';
    if (!d && !root.matches('input,select,textarea')) {
      const radios = root.querySelectorAll('input[type=radio]').length, checks = root.querySelectorAll('input[type=checkbox]').length;
      if (radios > 1) told.kind = 'radios';
      else if (checks > 1) told.kind = 'checks';
      else if (checks === 1) told.kind = 'check';
    }
    if (told.family === 'native') told.readonly = told.readonly && told.kind !== 'choice';
    return JSON.stringify(told);
  };

  // The popup that belongs to this widget: by its ARIA link, else whichever is open.
  const popups = (root, d, hidden = false) => {
    const ids = [...root.querySelectorAll('[aria-controls],[aria-owns],[aria-describedby]'), root]
      .map(e => e.getAttribute('aria-controls') || e.getAttribute('aria-owns') || e.getAttribute('aria-describedby')).filter(Boolean);
    for (const id of ids) {
      const el = document.getElementById(id);
      const own = el?.closest(d.popper) || (el?.querySelector(d.option + ',' + d.menu) ? el : null);
      if (own) return hidden || visible(own) ? [own] : [];
    }
    return hidden ? [] : [...document.querySelectorAll(d.popper)].filter(p => visible(p) && p.querySelector(d.option + ',' + d.menu + ',input,table'));
  };
  const optionsOf = (root, d) => popups(root, d).flatMap(p => [...p.querySelectorAll(d.option)]);
  const selected = el => el.getAttribute('aria-selected') === 'true' || /(^|\s)(is-)?selected(\s|$)|-selected(\s|$)|is-checked|is-current/.test(el.className) ||
    !!el.closest('.el-tree-node.is-current,.el-tree-node.is-checked') || !!el.querySelector('.el-checkbox.is-checked');

  const state = el => {
    const root = rootOf(el), d = dialectOf(root);
    const list = d ? optionsOf(root, d).filter(o => visible(o) || o.getBoundingClientRect().height > 0) : [];
    const boxes = d ? popups(root, d) : [];
    const scroller = boxes.flatMap(p => [...p.querySelectorAll(d.scroller)]).find(s => s.scrollHeight > s.clientHeight + 1);
    return JSON.stringify({
      open: boxes.length > 0, options: list.map(o => text(o)), selected: list.filter(selected).map(o => text(o)),
      loading: boxes.some(p => [...p.querySelectorAll(d.loading)].some(visible)),
      end: !scroller || scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 2,
      menus: boxes.flatMap(p => [...p.querySelectorAll(d.menu)]).map(m => [...m.querySelectorAll(d.node)].map(text)),
      hint: d ? [...root.querySelectorAll(d.hint)].map(text).join('') : '',
    });
  };
  const option = (el, wanted) => {
    const root = rootOf(el), d = dialectOf(root);
    return optionsOf(root, d).find(o => loose(text(o)) === loose(wanted) && o.getBoundingClientRect().height > 0 &&
      o.getAttribute('aria-disabled') !== 'true' && !d.off.test(o.className)) || null;
  };
  const scroll = (el, where) => {
    const root = rootOf(el), d = dialectOf(root);
    for (const p of popups(root, d)) for (const s of p.querySelectorAll(d.scroller))
      if (s.scrollHeight > s.clientHeight + 1) s.scrollTop = where < 0 ? 0 : s.scrollTop + s.clientHeight * 0.8;
    return 'null';
  };
  const node = (el, [level, wanted]) => {
    const root = rootOf(el), d = dialectOf(root);
    const menu = popups(root, d).flatMap(p => [...p.querySelectorAll(d.menu)])[level];
    const hit = menu && [...menu.querySelectorAll(d.node)].find(n => loose(text(n)) === loose(wanted));
    return hit || null;
  };
  const mark = el => {
    const root = el.closest('.el-cascader-node,.ant-cascader-menu-item');
    return root?.querySelector('.el-radio,.el-checkbox,.ant-cascader-checkbox') || null;
  };
  // The cross of a chosen path that is not wanted any more.
  const stray = (el, wanted) => [...rootOf(el).querySelectorAll('.el-cascader__tags .el-tag')]
    .find(t => visible(t) && !wanted.includes(loose(t.textContent)))?.querySelector('.el-tag__close') || null;
  // A branch of a tree that is still folded; its leaves are options too.
  const branch = el => {
    const root = rootOf(el), d = dialectOf(root);
    return popups(root, d).flatMap(p => [...p.querySelectorAll('.el-tree-node__expand-icon,.ant-select-tree-switcher_close')])
      .find(i => visible(i) && !/expanded|is-leaf|noop/.test(i.className)) || null;
  };
  // The open calendar: which months its panes show, their days, and the arrows that turn the pages.
  const calendar = () => [...document.querySelectorAll('.el-picker-panel,.ant-picker-panel-container')].filter(visible)[0] || null;
  const panesOf = panel => {
    const sides = [...panel.querySelectorAll('.el-date-range-picker__content,.ant-picker-panel')].filter(visible);
    return sides.length ? sides : [panel];
  };
  const panes = () => {
    const panel = calendar();
    return JSON.stringify(!panel ? [] : panesOf(panel).map(p => {
      const head = [...p.querySelectorAll('.el-date-picker__header-label,.el-date-range-picker__header,.ant-picker-header-view')].filter(visible);
      const [year, month] = (head.map(h => h.textContent).join(' ').match(/\d+/g) || []).map(Number);
      return {year, month};
    }));
  };
  const day = (_el, [pane, date]) => {
    const side = calendar() && panesOf(calendar())[pane];
    const cells = side ? [...side.querySelectorAll('td.available:not(.prev-month):not(.next-month),td.ant-picker-cell-in-view')] : [];
    return cells.find(c => !c.matches('.disabled,.ant-picker-cell-disabled') && norm(c.textContent) === String(date)) || null;
  };
  const arrow = (_el, back) => {
    const css = back ? 'button.arrow-left,button.ant-picker-header-prev-btn' : 'button.arrow-right,button.ant-picker-header-next-btn';
    const list = calendar() ? [...calendar().querySelectorAll(css)].filter(visible) : [];
    return (back ? list[0] : list[list.length - 1]) || null;
  };
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
  const labelOfChoice = c => loose(c.matches('input') ? c.labels?.[0]?.textContent ?? c.nextSibling?.textContent ?? c.value : c.textContent);
  const choices = el => {
    const root = rootOf(el), d = dialectOf(root);
    let list = [...root.querySelectorAll(d ? d.radio + ',' + d.check : 'input[type=radio],input[type=checkbox]')];
    if (root.matches('input') || !list.length) list = [root];
    return JSON.stringify(list.map(c => ({text: labelOfChoice(c), on: isOn(c)})));
  };
  const read = el => {
    const root = rootOf(el), d = dialectOf(root), input = inputOf(root);
    const {kind} = JSON.parse(identify(el));
    let value = '';
    if (kind === 'range') value = [...root.querySelectorAll('input')].map(i => i.value).join(' ~ ');
    else if (kind === 'select') {
      const tags = [...root.querySelectorAll(d.tags)].map(text);
      const one = [...root.querySelectorAll(d.shown)].filter(visible).map(text).join('');
      // An option whose value is empty (全部) leaves only the placeholder to be seen: its mark in the list tells.
      const marked = popups(root, d, true).flatMap(p => [...p.querySelectorAll(d.option)]).filter(selected).map(text);
      value = tags.length ? tags.join(', ') : one || input?.value || (marked.length === 1 ? marked[0] : '');
    } else if (kind === 'cascader') {
      const tags = [...root.querySelectorAll('.el-cascader__tags .el-tag__content')].map(text);
      value = tags.length ? tags.join(', ') : input?.value || [...root.querySelectorAll(ANT.shown)].map(text).join('');
    } else if (kind === 'choice') value = [...root.selectedOptions].map(o => o.textContent.trim()).join(', ');
    else if (['radios', 'checks'].includes(kind)) value = JSON.parse(choices(el)).filter(c => c.on).map(c => c.text).join(', ');
    else if (['switch', 'check', 'radio'].includes(kind)) value = String(isOn(root));
    else if (kind === 'rich') value = root.innerText;
    else if (kind === 'upload') {
      const list = (root.parentElement || root).querySelectorAll('.el-upload-list__item-file-name,.ant-upload-list-item-name');
      value = list.length ? [...list].map(e => e.textContent.trim()).join(', ') : [...(part(el, 'input[type=file]')?.files || [])].map(f => f.name).join(', ');
    } else value = input ? input.value : root.textContent.trim();
    return JSON.stringify(value);
  };
  eyes.widgets = {identify, state, option, scroll, node, mark, stray, branch, part, choice, choices, panes, day, arrow, read};
})();
