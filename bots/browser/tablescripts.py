"""The scripts that read tables in the page; each answers JSON text."""

READ = r"""/* table */ (arg, given) => {
  const root = given === undefined ? document : arg;
  const opts = given === undefined ? arg : given;
  const skip = '.el-table__fixed,.el-table__fixed-right';
  const seen = el => el.checkVisibility ? el.checkVisibility({visibilityProperty: true}) : !!el.offsetParent;
  const tidy = t => t.replace(/[\u200b\ufeff]/g, '').replace(/[\s\u00a0]+/g, ' ').trim();
  const fields = 'input:not([type=hidden]):not([type=checkbox]):not([type=radio]),textarea';
  // Asking for the rendered text costs a layout; a cell that is one run of text does not need it.
  const say = el => {
    let inner = el;
    while (inner.childElementCount === 1 && inner.childNodes.length === 1) inner = inner.firstElementChild;
    if (inner !== el && !seen(inner)) return '';
    const plain = inner.childElementCount === 0;
    const text = tidy(plain ? inner.textContent : inner.innerText ?? inner.textContent);
    return text || (plain && inner === el ? '' : valuesIn(el));
  };
  const valuesIn = el => [...el.querySelectorAll(fields)].map(i => i.value).join(' ');
  if (opts.cards) {
    const cards = [...root.querySelectorAll(opts.cards)].filter(seen);
    const names = Object.keys(opts.fields);
    return JSON.stringify({header: names, rows: cards.map(c => names.map(n => {
      const el = opts.fields[n] ? c.querySelector(opts.fields[n]) : c;
      return el ? say(el) : '';
    }))});
  }
  const grids = '.el-table,.el-table-v2,.ant-table,[role=grid],[role=table],table';
  const box = root !== document && root.matches(grids) ? root
    : [...root.querySelectorAll(grids)].filter(t => seen(t) && !t.parentElement.closest(grids))
        .sort((a, b) => b.querySelectorAll('tr,[role=row],.el-table-v2__row').length -
          a.querySelectorAll('tr,[role=row],.el-table-v2__row').length)[0];
  if (!box) return JSON.stringify({header: [], rows: []});
  const lineCss = 'tr,[role=row],.el-table-v2__row,.el-table-v2__header-row';
  const lines = [...box.querySelectorAll(lineCss)]
    .filter(r => !r.closest(skip) && !r.closest('.el-table-v2__left,.el-table-v2__right') && seen(r))
    .filter(r => r.closest('table,[role=grid],[role=table],.el-table-v2') !== null);
  const partners = globalThis[Symbol.for('yeban')]?.partners || (r => [r]);
  const cellCss = 'td,th,[role=cell],[role=gridcell],[role=columnheader],' +
    '.el-table-v2__row-cell,.el-table-v2__header-cell';
  const ownCells = r => r.tagName === 'TR' ? [...r.cells]
    : [...r.querySelectorAll(cellCss)].filter(c => c.closest(lineCss) === r);
  // A virtual table draws its fixed columns in tables of their own and leaves gaps in the main row.
  const cellsOf = r => {
    const own = ownCells(r);
    if (r.tagName === 'TR') return own;
    const table = r.closest('.el-table-v2');
    if (!table || !r.querySelector('[class*=cell--placeholder]')) return own;
    const head = r.matches('.el-table-v2__header-row');
    const twins = head ? [...table.querySelectorAll('.el-table-v2__header-row')] : partners(r);
    const fixed = ['__left', '__right'].flatMap(side =>
      twins.filter(t => t.closest('.el-table-v2' + side)).flatMap(ownCells));
    return [...r.children].flatMap(c =>
      own.includes(c) ? [c] : /cell--placeholder/.test(c.className) ? fixed.splice(0, 1) : []);
  };
  const isHead = r => r.matches('.el-table-v2__header-row') || !!r.closest('thead') ||
    (cellsOf(r).length > 0 && cellsOf(r).every(c => c.matches('th,[role=columnheader],.el-table-v2__header-cell')));
  const wide = r => cellsOf(r).flatMap(c => [say(c), ...Array(Math.max(0, (c.colSpan || 1) - 1)).fill('')]);
  const heads = lines.filter(isHead), isHeader = new Set(heads);
  const header = heads.length ? wide(heads[heads.length - 1]) : [];
  const rows = [], keys = [], open = [];
  for (const r of lines) {
    if (isHeader.has(r) || r.matches('.el-table__placeholder,.ant-table-placeholder,.ant-table-measure-row')) continue;
    const cells = cellsOf(r);
    if (!cells.length || cells.length === 1 && cells[0].colSpan > 1 && header.length > 1) continue;
    const row = [];
    let at = 0;
    const place = () => { while (open[at]?.left) { row[at] = open[at].text; open[at].left--; at++; } };
    for (const c of cells) {
      place();
      const text = say(c);
      for (let i = 0; i < (c.colSpan || 1); i++, at++) {
        row[at] = i ? '' : text;
        if (c.rowSpan > 1) open[at] = {left: c.rowSpan - 1, text: row[at]};
      }
    }
    place();
    rows.push(row);
    keys.push((r.getAttribute('rowkey') || r.dataset.rowKey || '') + '@' + r.style.top + r.style.transform);
  }
  return JSON.stringify({header, rows, keys});
}"""

READ_VIRTUAL = (
    """/* table */ async (el, opts) => {
  const read = """
    + READ
    + r""";
  const boxes = [...el.querySelectorAll('*'), el].filter(b => b.clientHeight > 0 &&
    b.scrollHeight > b.clientHeight + 1 && getComputedStyle(b).overflowY !== 'visible');
  const box = boxes.sort((a, b) => b.scrollHeight - a.scrollHeight)[0];
  const frame = () => new Promise(go => { requestAnimationFrame(() => go()); setTimeout(go, 50); });
  const found = new Map();
  let header = [];
  if (box) { box.scrollTop = 0; await frame(); await frame(); }
  for (let turn = 0; turn < opts.screens; turn++) {
    const now = JSON.parse(read(el, {}));
    header = now.header;
    now.rows.forEach((row, i) => { if (!found.has(now.keys[i])) found.set(now.keys[i], row); });
    if (!box || box.scrollTop + box.clientHeight >= box.scrollHeight - 1) break;
    const drawn = now.keys.join();
    box.scrollTop += Math.max(1, box.clientHeight * 0.8);
    for (let wait = 0; wait < 40 && JSON.parse(read(el, {})).keys.join() === drawn; wait++) await frame();
  }
  return JSON.stringify({header, rows: [...found.values()]});
}"""
)

SETTLED = """/* settled */ busy => {
  const seen = el => el.checkVisibility({visibilityProperty: true, opacityProperty: true}) &&
    !el.closest('[class*="-leave-active"]') && el.getBoundingClientRect().height > 0;
  const spinning = [...document.querySelectorAll(busy)].filter(seen).length;
  const rows = document.querySelectorAll('tr,[role=row],.el-table-v2__row,li').length;
  const size = document.body ? document.body.textContent.length : 0;
  return JSON.stringify({busy: spinning, rows, size, ready: document.readyState !== 'loading', at: location.href});
}"""
