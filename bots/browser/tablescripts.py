"""The scripts that read tables, lists and their pagers in the page; each answers JSON text."""

_HEIGHTS = """at => {
    const all = at === document ? document.body : at;
    const inner = [...all.querySelectorAll('*')].reduce((most, b) => Math.max(most, b.scrollHeight), all.scrollHeight);
    return [inner, document.scrollingElement.scrollHeight];
  }"""
"""How tall a list and its page are; an endless list grows."""

READ = (
    r"""/* table */ async (arg, given) => {
  const root = given === undefined ? document : arg;
  const opts = given === undefined ? arg : given;
  const seen = el => el.checkVisibility ? el.checkVisibility({visibilityProperty: true}) : !!el.offsetParent;
  const BLANKS = /[\s\u00a0\u200b\ufeff]/;
  const tidy = t => BLANKS.test(t) ? t.replace(/[\u200b\ufeff]/g, '').replace(/[\s\u00a0]+/g, ' ').trim() : t;
  const EMPTY = /^(暂无数据|暂无内容|暂无记录|没有数据|无数据|没有符合条件的.{0,8}|no data( available)?)[。.]?$/i;

  // ---- what a cell says
  const FIELDS = 'input:not([type=hidden]),textarea,select,[role=switch],img,[contenteditable=true]';
  const yes = on => on ? '是' : '否';
  const valueOf = i => {
    if (i.matches('select')) return [...i.selectedOptions].map(o => o.text).join('、');
    if (i.matches('[role=switch]')) return yes(i.checked ?? i.getAttribute('aria-checked') === 'true');
    if (i.matches('[type=checkbox],[type=radio]')) return yes(i.checked);
    if (i.matches('img')) return i.alt || i.title || i.currentSrc || i.src;
    return i.value ?? i.innerText;
  };
  const values = el => [...el.querySelectorAll(FIELDS)].filter(i => !i.parentElement.closest('[role=switch]'))
    .map(valueOf).filter(Boolean).join(' ');
  // A cell cut off by its own server ("很长的…") may carry the whole of it as its title.
  const whole = (el, text) => {
    if (!text.endsWith('…') && !text.endsWith('...')) return text;
    const start = text.replace(/(…|\.\.\.)$/, '');
    const titles = [el, ...el.querySelectorAll('[title]')].map(e => tidy(e.title || ''));
    return titles.find(t => t.length > text.length && t.startsWith(start)) || text;
  };
  const CHOICES = 'select,[role=switch]', choosing = !!root.querySelector(CHOICES);
  // Asking for the rendered text costs a layout; a cell that is one run of text does not need it.
  const say = el => {
    if (!el.firstElementChild) return whole(el, tidy(el.textContent));
    if (choosing && el.querySelector(CHOICES)) return tidy(values(el));
    let inner = el;
    while (inner.childElementCount === 1 && inner.childNodes.length === 1) inner = inner.firstElementChild;
    const plain = inner.childElementCount === 0;
    // The old Element UI hides a fixed column in the main table and shows a copy of it.
    if (!el.matches('.is-hidden') && !seen(inner)) return '';
    const text = tidy(plain || el.matches('.is-hidden') ? inner.textContent : inner.innerText ?? inner.textContent);
    return text ? whole(el, text) : tidy(values(el));
  };

  // ---- the box, its lines and cells
  const GRIDS = '.el-table,.el-table-v2,.ant-table,.vxe-table,[role=grid],[role=table],table';
  const LINES = 'tr,[role=row],.el-table-v2__row,.el-table-v2__header-row,.ant-table-tbody-virtual .ant-table-row';
  const CELLS = 'td,th,[role=cell],[role=gridcell],[role=columnheader],[role=rowheader],' +
    '.el-table-v2__row-cell,.el-table-v2__header-cell,.ant-table-tbody-virtual .ant-table-cell';
  const COPIES = '.el-table__fixed,.el-table__fixed-right,.el-table-v2__left,.el-table-v2__right,' +
    '.vxe-table--fixed-left-wrapper,.vxe-table--fixed-right-wrapper';
  const NOT_DATA = '.el-table__placeholder,.ant-table-placeholder,.ant-table-measure-row,.ant-table-expanded-row,' +
    'tfoot *,.el-table__footer-wrapper *,.ant-table-summary *';
  const CHROME = '.el-table-column--selection,.el-table__expand-column,.ant-table-selection-column,' +
    '.ant-table-row-expand-icon-cell,.gutter,.ant-table-cell-scrollbar';
  const grids = [...root.querySelectorAll(GRIDS)].filter(t => seen(t) && !t.parentElement.closest(GRIDS));
  const size = t => t.querySelectorAll(LINES).length;
  const box = opts.cards ? root : root !== document && root.matches(GRIDS) ? root
    : grids.sort((a, b) => size(b) - size(a))[0] || (root !== document && root.closest(GRIDS));
  if (!box) return JSON.stringify(null);
  const partners = globalThis[Symbol.for('yeban')]?.partners || (r => [r]);
  // Asking every cell costs as much as reading it, so whether cells are hidden at all is asked of a few rows first.
  const chromed = !!box.querySelector(CHROME);
  const some = [...box.querySelectorAll(LINES)];
  const hides = !!box.querySelector('td[style*=display],th[style*=display],td[hidden],th[hidden]') ||
    [...some.slice(0, 4), ...some.slice(-2)].some(r => seen(r) && [...r.children].some(c => !c.checkVisibility()));
  const ownCells = r => (r.tagName === 'TR' ? [...r.cells] : [...r.querySelectorAll(CELLS)]
    .filter(c => c.parentElement.closest(LINES) === r && !c.parentElement.closest(CELLS + ',' + COPIES)))
    .filter(c => (!chromed || !c.matches(CHROME)) && (!hides || c.checkVisibility()));
  // A virtual table draws its fixed columns in tables of their own and leaves gaps in the main row.
  const cellsOf = r => {
    const own = ownCells(r);
    if (r.tagName === 'TR') return own;
    const table = r.closest('.el-table-v2');
    if (!table || !r.querySelector('[class*=cell--placeholder]')) return own;
    const head = r.matches('.el-table-v2__header-row');
    const twins = head ? [...table.querySelectorAll('.el-table-v2__header-row')] : partners(r);
    const fixed = ['__left', '__right'].flatMap(side =>
      twins.filter(t => t.closest('.el-table-v2' + side)).flatMap(t => [...t.querySelectorAll(CELLS)]));
    return [...r.children].flatMap(c =>
      own.includes(c) ? [c] : /cell--placeholder/.test(c.className) ? fixed.splice(0, 1) : []);
  };
  const isHead = (r, cells) => r.matches('.el-table-v2__header-row') || !!r.closest('thead') ||
    (cells.length > 0 && cells.every(c => c.matches('th,[role=columnheader],.el-table-v2__header-cell')));
  // Cells into columns: a merged cell stands in every row and column that it covers.
  const grid = lines => {
    const open = [];
    return lines.map(cells => {
      const row = [];
      let at = 0;
      const place = () => { while (open[at]?.left) { row[at] = open[at].text; open[at].left--; at++; } };
      for (const [c, text] of cells) {
        place();
        for (let i = 0; i < (c.colSpan || 1); i++, at++) {
          row[at] = text;
          if (c.rowSpan > 1) open[at] = {left: c.rowSpan - 1, text};
        }
      }
      place();
      return row;
    });
  };
  // Groups of columns: the last title counts; titles met twice are told apart by the group above them.
  const titles = heads => {
    const rows = grid(heads.map(cells => cells.map(c => [c, tidy(c.textContent)])));
    const width = Math.max(0, ...rows.map(r => r.length));
    const stacks = Array.from({length: width}, (_, at) => rows.map(r => r[at] || '')
      .filter((t, i, all) => t && t !== all[i - 1]));
    const leaf = stacks.map(s => s[s.length - 1] || '');
    return leaf.map((t, i) => t && leaf.filter(o => o === t).length > 1 ? stacks[i].join('_') : t);
  };
  const drawnLines = () => opts.cards ? [...root.querySelectorAll(opts.cards)].filter(seen)
    : [...box.querySelectorAll(LINES)].filter(r => !r.closest(COPIES) && !r.matches(NOT_DATA) &&
      r.closest(GRIDS) && !box.contains(r.parentElement.closest(CELLS)) && seen(r));
  const look = () => {
    if (opts.cards) return cards();
    const lines = drawnLines();
    const heads = [], body = [];
    for (const r of lines) {
      const cells = cellsOf(r);
      if (isHead(r, cells)) heads.push(cells);
      else if (cells.length && !cells[0].matches('.el-table__expanded-cell')) body.push([r, cells]);
    }
    const header = titles(heads), kept = [], groups = [];
    let group = '', skipped = 0;
    for (const [r, cells] of body) {
      const texts = cells.map(c => [c, say(c)]);
      if (cells.length === 1 && EMPTY.test(texts[0][1])) continue;
      if (cells.length === 1 && cells[0].colSpan > 1 && header.length > 1) {
        group = texts[0][1];
        skipped++;
        continue;
      }
      kept.push([r, texts]);
      groups.push(group);
    }
    let rows = grid(kept.map(([, texts]) => texts));
    if (opts.group) rows = rows.map((row, i) => [groups[i], ...row]);
    return {header: opts.group ? [opts.group, ...header] : header, rows, lines: kept.map(([r]) => r), skipped};
  };
  const part = (card, css) => {
    const [, inner, name] = css.match(/^(.*?)(?:@([\w-]+))?$/);
    const el = inner ? card.querySelector(inner) : card;
    return !el ? '' : name ? (name === 'href' || name === 'src' ? el[name] : el.getAttribute(name)) || '' : say(el);
  };
  const cards = () => {
    const lines = drawnLines(), names = Object.keys(opts.fields);
    return {header: names, rows: lines.map(c => names.map(n => part(c, opts.fields[n]))), lines, skipped: 0};
  };

  // ---- scrolling
  const flows = el => getComputedStyle(el).overflowY !== 'visible' && el.scrollHeight > el.clientHeight + 1;
  const scroller = inside => {
    // Only what lies around the lines can scroll them: all elements of a long table are too many to ask.
    const around = new Set();
    for (const r of box === document ? [] : inside)
      for (let b = r; b && box.contains(b) && !around.has(b); b = b.parentElement) around.add(b);
    const found = [...around].filter(b => b.tagName !== 'TR' && b.clientHeight > 0 && flows(b))
      .sort((a, b) => b.scrollHeight - a.scrollHeight)[0];
    if (found || !opts.scroll) return found || null;
    let up = inside[0] || (box === document ? document.body : box);
    while (up && !(flows(up) && /auto|scroll/.test(getComputedStyle(up).overflowY))) up = up.parentElement;
    return up || document.scrollingElement;
  };
  const tall = lines => lines.reduce((sum, r) => sum + r.offsetHeight, 0);
  const heights = """
    + _HEIGHTS
    + r""";
  const first = look();
  const pane = scroller(first.lines);
  const spare = pane ? pane.scrollHeight - tall(first.lines) : 0;
  const virtual = pane && first.lines.length &&
    spare > Math.max(pane.scrollHeight * 0.2, 3 * first.lines[0].offsetHeight);
  const answer = (found, more) =>
    JSON.stringify({header: found.header, rows: found.rows, skipped: found.skipped, ...more});
  if (opts.still || !pane || (!virtual && !opts.scroll)) return answer(first, {virtual: !!virtual});
  const top = pane === document.scrollingElement ? 0 : pane.getBoundingClientRect().top;
  const frame = () => new Promise(go => { requestAnimationFrame(() => go()); setTimeout(go, 50); });
  const named = r => r.getAttribute('aria-rowindex') || r.getAttribute('row-index') || r.dataset.rowIndex ||
    r.getAttribute('rowkey') || r.dataset.rowKey || '';
  const spot = r => {
    const at = r.getBoundingClientRect();
    return Math.round(at.top - top + pane.scrollTop) + ',' + (opts.cards ? Math.round(at.left) : '');
  };
  const keysOf = lines => {
    const names = lines.map(named);
    return names.every(Boolean) && new Set(names).size === names.length ? names : lines.map(spot);
  };
  const sweep = async stride => {
    const found = new Map();
    let now = look();
    if (opts.from !== 'here') { pane.scrollTop = 0; await frame(); await frame(); }
    for (let turn = 0; turn < opts.screens; turn++) {
      now = look();
      const keys = keysOf(now.lines);
      now.rows.forEach((row, i) => { if (!found.has(keys[i])) found.set(keys[i], row); });
      if (pane.scrollTop + pane.clientHeight >= pane.scrollHeight - 1) break;
      const shown = () => keysOf(drawnLines().filter(r => pane.contains(r) && !r.closest('thead'))).join();
      const drawn = shown(), before = pane.scrollTop;
      pane.scrollTop += Math.max(1, pane.clientHeight * stride);
      for (let wait = 0; virtual && wait < 40 && shown() === drawn; wait++) await frame();
      if (pane.scrollTop === before) break;
    }
    return {header: now.header, rows: [...found.values()], keys: [...found.keys()], skipped: now.skipped};
  };
  // Rows of one height: how many there must be is known, and a row that was missed is not left out quietly.
  const sizes = new Set(first.lines.map(r => r.offsetHeight));
  const due = virtual && sizes.size === 1 ? Math.floor(pane.scrollHeight / [...sizes][0]) - 1 : 0;
  let found = await sweep(0.8);
  if (!opts.scroll && found.rows.length < due) found = await sweep(0.4);
  const end = /没有更多|到底了|全部加载|加载完毕|no more/i.test((pane.innerText || '').slice(-200));
  if (!opts.scroll) pane.scrollTop = 0;
  return answer(found, {keys: found.keys, virtual: true, due: opts.scroll ? 0 : due, end, heights: heights(root)});
}"""
)

HEIGHTS = f"""/* heights */ (arg, given) => JSON.stringify(({_HEIGHTS})(given === undefined ? document : arg))"""

_PAGER = r"""(arg) => {
  const GRIDS = '.el-table,.el-table-v2,.ant-table,[role=grid],[role=table],table';
  const seen = el => el.checkVisibility({visibilityProperty: true});
  const box = arg.closest(GRIDS) || arg.querySelector(GRIDS);
  if (!box) return null;
  for (let up = box; up; up = up.parentElement) {
    const every = [...up.querySelectorAll('.el-pagination,.ant-pagination')].filter(seen);
    if (!every.length) continue;
    const others = [...up.querySelectorAll(GRIDS)].filter(g => seen(g) && !box.contains(g) && !g.contains(box));
    const after = every.filter(p => box.compareDocumentPosition(p) & Node.DOCUMENT_POSITION_FOLLOWING);
    const pager = after[0] || every[0];
    const between = others.some(g => box.compareDocumentPosition(g) & Node.DOCUMENT_POSITION_FOLLOWING &&
      g.compareDocumentPosition(pager) & Node.DOCUMENT_POSITION_FOLLOWING);
    return between ? null : pager;
  }
  return null;
}"""

PAGER = (
    r"""/* pager */ el => {
  const pager = ("""
    + _PAGER
    + r""")(el || document.body);
  if (!pager) return JSON.stringify(null);
  const number = css => parseInt(pager.querySelector(css)?.textContent, 10) || 0;
  const last = css => Math.max(0, ...[...pager.querySelectorAll(css)].map(e => parseInt(e.textContent, 10) || 0));
  const digits = css => (pager.querySelector(css)?.textContent.replace(/[,，]/g, '').match(/\d+/g) || ['']).pop();
  const next = pager.querySelector('.btn-next,.ant-pagination-next');
  const off = !next || !!next.disabled || next.getAttribute('aria-disabled') === 'true' ||
    /disabled|-disabled/.test(next.className);
  const total = digits('.el-pagination__total,.ant-pagination-total-text');
  return JSON.stringify({
    page: number('.el-pager .is-active,.el-pager .active,.ant-pagination-item-active'),
    last: last('.el-pager .number,.ant-pagination-item'), total: total ? +total : null, more: !off});
}"""
)
NEXT_PAGE = (
    """el => { const pager = ("""
    + _PAGER
    + """)(el);
  const next = pager && pager.querySelector('.btn-next,.ant-pagination-next');
  return next && (next.querySelector('button,a') || next); }"""
)
FIRST_PAGE = (
    """el => { const pager = ("""
    + _PAGER
    + """)(el);
  return pager && pager.querySelector('.el-pager .number,.ant-pagination-item-1'); }"""
)

DEAD = """/* dead */ el => JSON.stringify(!!el.closest(
  '[disabled],[aria-disabled=true],.disabled,.is-disabled,[class*="-disabled"]'))"""
"""Whether a "next" or "more" that looks like a button is none any more."""

SETTLED = """/* settled */ async ({busy, quiet, look, most}) => {
  const shown = el => el.checkVisibility({visibilityProperty: true, opacityProperty: true}) &&
    !el.closest('[class*="-leave-active"]') && el.getBoundingClientRect().height > 0;
  const seen = () => ({
    busy: [...document.querySelectorAll(busy)].filter(shown).length,
    rows: document.querySelectorAll('tr,[role=row],.el-table-v2__row,li').length,
    size: document.body ? document.body.textContent.length : 0,
    ready: document.readyState !== 'loading',
    at: location.href,
  });
  const began = performance.now();
  let last = seen(), since = began, still = false;
  while (!still && performance.now() - began < most) {
    await new Promise(done => setTimeout(done, look));
    const now = seen();
    if (now.busy || !now.ready || JSON.stringify(now) !== JSON.stringify(last)) since = performance.now();
    else still = performance.now() - since >= quiet;
    last = now;
  }
  return JSON.stringify({...last, still});
}"""

MESSAGES = """/* messages */ css => JSON.stringify([...document.querySelectorAll(css.join(','))]
  .filter(el => el.checkVisibility({visibilityProperty: true})).map(el => el.innerText.trim()).filter(Boolean))"""
