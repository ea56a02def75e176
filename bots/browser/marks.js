// By what an element is known again: the marks of the last good run against those of now, and against its rivals'.
// Alternatives of one element are compared too: a field and the input inside it are one thing, twins are not.
(() => {
  const eyes = globalThis[Symbol.for('yeban')];
  if (!eyes || eyes.compare) return;
  const {holds, up, all, told, kindOf, titleOf, short, keep, visible, bare, loose, widget} = eyes;
  const MOST_RIVALS = 300;
  // How much each mark says. What a person reads and what a developer named weigh most; what every redesign moves, least.
  const WEIGHT = {testid: 3, text: 3, label: 3, placeholder: 2, title: 2, href: 2, section: 2, id: 2, name: 2,
    type: 1, path: 1, classes: 1, before: 0.7, after: 0.7};

  // The field around an input, the button around a word: what all ways of finding it mean.
  const core = el => { const w = widget(el); return w !== el ? w : el.closest(eyes.ACTIONABLE) || el; };

  const stable = text => /\d{2,}|^:r/.test(text) ? '' : text;
  const beside = (el, side) => {
    for (let e = el, level = 0; e && level < 4 && e !== document.body; e = up(e), level++)
      for (let s = e[side]; s; s = s[side]) {
        const text = visible(s) ? loose(s.textContent) : '';
        if (text) return short(text, 20);
      }
    return '';
  };
  const labelOf = el => {
    const item = el.closest(eyes.ITEMS), own = item?.querySelector(eyes.LABELS);
    if (own && own !== el && !holds(own, el)) return short(bare(own.textContent));
    const input = el.matches('input,select,textarea') ? el : el.querySelector('input,select,textarea');
    return input?.labels?.length ? short(bare(input.labels[0].textContent)) : '';
  };
  const sectionOf = el => {
    for (let e = up(el); e; e = up(e)) if (e.matches(eyes.SECTIONS)) { const t = titleOf(e)[0]; if (t) return short(bare(t)); }
    return '';
  };
  const pathOf = el => {
    const out = [];
    for (let e = up(el); e; e = up(e))
      if (/^(FORM|TABLE|THEAD|TBODY|TR|TD|TH|NAV|HEADER|FOOTER|ASIDE|MAIN|DIALOG|UL|OL|LI)$/.test(e.tagName) || e.matches('[role=dialog]')) out.push(e.tagName);
    return out.join('<');
  };
  const first = (el, names) => names.map(n => el.getAttribute(n)).find(Boolean) || '';
  const marksOf = el => {
    const kind = kindOf(el), input = kind === 'field' && !el.matches('input,select,textarea') ? el.querySelector('input,select,textarea') : null;
    const told = n => first(el, n) || (input ? first(input, n) : '');
    return {
      kind, testid: told(eyes.TESTIDS), id: stable(told(['id'])), name: stable(told(['name'])),
      type: told(['type']), href: stable((el.getAttribute('href') || '').split('?')[0]),
      text: ['field', 'row', 'section'].includes(kind) ? '' : short(loose(el.textContent || el.value)),
      label: kind === 'field' ? labelOf(el) : '', placeholder: told(['placeholder']), title: told(['aria-label', 'title']),
      section: sectionOf(el), path: pathOf(el), classes: [...el.classList].filter(c => stable(c) && !/^is-/.test(c)).sort().join(' '),
      before: beside(el, 'previousElementSibling'), after: beside(el, 'nextElementSibling'),
    };
  };
  // Share of equal neighbouring pairs of letters: 导出订单 and 订单导出 are half alike, 查询 and 删除 not at all.
  const pairs = s => new Set(s.length < 2 ? [s] : [...s].slice(1).map((c, i) => s[i] + c));
  const alike = (a, b) => {
    if (a === b) return 1;
    if (!a || !b) return 0;
    const x = pairs(a), y = pairs(b);
    return 2 * [...x].filter(p => y.has(p)).length / (x.size + y.size);
  };
  const sharing = (a, b) => {
    const x = new Set(a.split(' ')), y = new Set(b.split(' ')), both = [...x].filter(c => y.has(c)).length;
    return both / (x.size + y.size - both);
  };
  const kept = (now, known, mark) => mark === 'classes' ? sharing(now[mark], known[mark])
    : ['text', 'label', 'placeholder', 'title', 'section', 'before', 'after'].includes(mark) ? alike(now[mark], known[mark])
    : now[mark] === known[mark] ? 1 : 0;
  const share = (known, of, also = '') => {
    let sum = 0, most = 0;
    for (const [mark, weight] of Object.entries(WEIGHT))
      if (known[mark] || mark === also) { most += weight; sum += weight * of(mark); }
    return most ? sum / most : 1;
  };
  // A section that it stands in now and did not before counts against it: a twin in a dialog is not the one on the page.
  const likeness = (now, known) => share(known, mark => kept(now, known, mark), now.section ? 'section' : '');
  // The rival that comes nearest, or that has kept most of what the found one has lost.
  const rivalOf = (el, now, known, trees) => {
    const kind = known.kind;
    const css = kind === 'field' ? eyes.WIDGETS : ['text', 'section', 'image'].includes(kind) ? el.tagName.toLowerCase() : eyes.ACTIONABLE;
    const others = [...new Set(all(trees, css).map(core))]
      .filter(e => !holds(e, el) && !holds(el, e) && kindOf(e) === kind && visible(e)).slice(0, MOST_RIVALS);
    let best = null;
    for (const e of others) {
      const marks = marksOf(e), rival = likeness(marks, known);
      const gain = share(known, mark => Math.max(0, kept(marks, known, mark) - kept(now, known, mark)));
      if (!best || rival + gain > best.likeness + best.gain) best = {...told(e), likeness: rival, gain};
    }
    return best;
  };

  const overlaps = (questions, answers, said) => {
    const where = new Map();
    questions.forEach((ask, i) => ask.compare && answers[i].list.slice(0, said[i].matches.length).forEach((el, k) => {
      where.set(el, [...(where.get(el) || []), said[i].matches[k]]);
    }));
    if (where.size < 2) return;
    const els = [...where.keys()], cores = new Map(els.map(e => [e, core(e)]));
    for (const [el, matches] of where) {
      const over = els.filter(o => o !== el && (holds(el, o) || cores.get(o) === cores.get(el))).map(keep);
      for (const match of matches) match.over = over;
    }
  };
  eyes.compare = (questions, answers, said) => {
    if (!questions.some(ask => ask.compare)) return;
    overlaps(questions, answers, said);
    questions.forEach((ask, i) => {
      if (!ask.known || said[i].count !== 1) return;
      const el = core(answers[i].list[0]), match = said[i].matches[0];
      match.marks = marksOf(el);
      if (!ask.known.kind || ['row', 'cell'].includes(ask.known.kind)) return;
      match.likeness = likeness(match.marks, ask.known);
      if (match.likeness < 1 || match.marks.kind !== ask.known.kind) said[i].rival = rivalOf(el, match.marks, ask.known, answers[i].trees);
    });
  };
})();
