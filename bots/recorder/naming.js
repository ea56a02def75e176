// What a person would call this element: its name in the element library, else its own words; and the ways to find it.
// Every answer has been tried with the eyes that will look for it later: it is found exactly once, and it is this one.
(() => {
  const eyes = globalThis[Symbol.for('yeban')];
  if (!eyes || eyes.naming) return;
  const {norm, bare, visible} = eyes;

  const ACTS = new Set(['button', 'link', 'menuitem', 'tab', 'option', 'checkbox', 'radio', 'switch']);
  const ITEMS = '.el-form-item,.ant-form-item,.form-group,.form-item,.form-row,.field,.control-group';
  const LABELS = 'label,.el-form-item__label,.ant-form-item-label,dt,legend,[class*=label]';
  const SECTIONS = 'dialog,section,fieldset,article,form,aside,details,[role=dialog],[role=alertdialog],[role=region],' +
    '[role=group],[role=tabpanel],.el-dialog,.el-drawer,.el-card,.el-message-box,.ant-modal,.ant-drawer,.ant-card,' +
    '.card,.panel,.modal';
  const TITLES = 'h1,h2,h3,h4,h5,h6,legend,summary,[role=heading],[class*=title],[class*=header]';
  const TESTIDS = ['data-testid', 'data-test-id', 'data-test', 'data-qa'];
  const LONGEST_NAME = 40, MOST_ASKS = 400;

  const up = el => el.parentElement || el.getRootNode().host || null;
  const holds = (outer, inner) => { for (let e = inner; e; e = up(e)) if (e === outer) return true; return false; };
  const closest = (el, css) => { for (let e = el; e; e = up(e)) if (e.matches(css)) return e; return null; };
  const kindOf = el => JSON.parse(eyes.say(el)).kind;
  const by = (how, value, more = {}) => ({by: how, value, name: '', exact: true, within: null, frame: '', nth: null, ...more});
  const ask = (way, want, inside = []) => ({by: way, want, inside, near: [], below: [], right_of: [], nth: null});
  const look = asks => JSON.parse(eyes.survey(JSON.stringify(asks.slice(0, MOST_ASKS)))).map(seen =>
    ({count: seen.count, places: seen.places, all: seen.matches.map(m => eyes.element(m.token))}));
  const words = list => [...new Set(list.map(t => bare(t || '')).filter(t => t && t.length <= LONGEST_NAME && !/\n/.test(t)))];

  // The thing that a click on `el` is meant for: the button around the words.
  const ownerOf = el => {
    for (let e = el; e && e !== document.body && e !== document.documentElement; e = up(e))
      if (ACTS.has(kindOf(e)) || e.matches('[onclick]')) return e;
    return el;
  };
  const fits = (found, target, want) => !!found && (found === target ||
    (want === 'fill' ? eyes.widget(found) === eyes.widget(target) : holds(target, found)));
  const only = (seen, target, want) => seen.count === 1 && fits(seen.all[0], target, want);

  // ---- the element library
  // A frame belongs to the page around it, as it does for the player.
  const place = () => { try { return top.location.href && top.location; } catch { return location; } };
  const tailOf = () => {
    const mark = place().hash.slice(1).split('?')[0];
    return /^(\/|!\/)/.test(mark) ? '#' + mark.replace(/\/+$/, '') : '';
  };
  const pathOf = () => (place().pathname.replace(/\/+$/, '') + tailOf()) || '/';
  const here = () => place().origin + place().pathname + tailOf();
  const within = (path, known) => path === known || (known !== '/' && (path.startsWith(known + '/') || path.startsWith(known + '#')));
  const pageHere = library => library.pages.filter(p => within(pathOf(), p.path))
    .sort((a, b) => b.path.length - a.path.length)[0] || null;
  const elementsHere = library => {
    const page = pageHere(library), own = page ? page.elements : [];
    return [...own, ...library.elements.filter(e => !own.some(o => o.name === e.name))];
  };
  // The first alternative that finds exactly one element decides, as it does when a flow is played.
  const known = (target, want, library) => {
    const elements = elementsHere(library).filter(e => e.ways.length);
    const seen = look(elements.flatMap(e => e.ways.map(way => ask(way, want))));
    const hits = [];
    let from = 0;
    for (const element of elements) {
      const own = seen.slice(from, from += element.ways.length), index = own.findIndex(s => s.count === 1);
      if (index >= 0 && only(own[index], target, want)) hits.push({name: element.name, index});
    }
    return hits.sort((a, b) => a.index - b.index)[0] || null;
  };

  // ---- its own words
  const labelsOf = el => {
    const input = el.matches('input,textarea,select') ? el : el.querySelector('input:not([type=hidden]),textarea,select');
    const item = closest(el, ITEMS), set = closest(el, 'fieldset'), ids = (input || el).getAttribute('aria-labelledby') || '';
    const before = el.previousElementSibling;
    return words([
      ...[...(input?.labels || [])].map(l => l.querySelector('select') ? l.firstChild?.textContent : l.textContent),
      ...ids.split(/\s+/).map(i => i && document.getElementById(i)?.textContent),
      (input || el).getAttribute('aria-label'), el.getAttribute('aria-label'), item?.querySelector(LABELS)?.textContent,
      before?.matches(LABELS + ',span,td,th') ? before.textContent : '', set?.querySelector('legend')?.textContent,
      (input || el).getAttribute('placeholder'), el.querySelector('[placeholder]')?.getAttribute('placeholder'), (input || el).getAttribute('title'),
    ]);
  };
  const wordsOf = el => words([
    el.getAttribute('aria-label'), el.matches('input') ? el.value : el.textContent, el.getAttribute('title'), el.getAttribute('alt'),
    el.querySelector('img[alt]')?.alt, el.querySelector('[title]')?.getAttribute('title'),
  ]);
  const rowOf = el => closest(el, eyes.ROWS);
  // Texts that say which row this is: each is in exactly one row.
  const rowWords = row => {
    const cells = eyes.partners(row).flatMap(r => [...r.querySelectorAll(eyes.CELLS)]).filter(c => !c.querySelector('button,input,a[role=button]'));
    const leaves = cells.flatMap(c => [c, ...[...c.querySelectorAll('*')].filter(e => !e.children.length)]);
    const texts = words(leaves.filter(visible).map(c => c.textContent)).slice(0, 30);
    const seen = look(texts.map(text => ask(by('row', text), 'see')));
    return texts.filter((_, i) => seen[i].count === 1 && (seen[i].all[0] === row || eyes.partners(row).includes(seen[i].all[0])));
  };
  const sectionWords = el => {
    const out = [];
    for (let box = closest(up(el) || el, SECTIONS); box; box = up(box) && closest(up(box), SECTIONS))
      out.push(...words([box.getAttribute('aria-label'), [...box.querySelectorAll(TITLES)].find(h => norm(h.textContent))?.textContent]));
    return out;
  };
  const nameFor = (el, want) => want === 'fill' ? labelsOf(el) : wordsOf(el);

  // ---- who it is, as a flow would write it
  const who = (el, want, library) => {
    const target = want === 'fill' ? eyes.widget(el) : ownerOf(el);
    const told = {name: '', library: false, index: 0, row: [], section: '', nth: 0, kind: kindOf(target), ways: []};
    const row = rowOf(target);
    const hit = known(target, want, library);
    if (hit) return {...told, ...hit, library: true};
    const names = nameFor(target, want), places = row && row !== target ? rowWords(row) : [];
    const plain = look(names.map(n => ask(by('name', n), want)));
    const free = names.findIndex((_, i) => only(plain[i], target, want));
    // Inside a row the row comes first: what is alone today has company when there are more rows.
    for (const name of places.length ? names : []) {
      const inside = look(places.map(p => ask(by('name', name), want, [by('name', p)])));
      const good = places.filter((_, i) => only(inside[i], target, want));
      if (good.length) return {...told, name, row: good};
    }
    if (free >= 0) return {...told, name: names[free]};
    for (const name of names) for (const title of sectionWords(target))
      if (only(look([ask(by('name', name), want, [by('name', title)])])[0], target, want)) return {...told, name, section: title};
    for (let i = 0; i < names.length; i++) {
      const at = plain[i].all.findIndex(found => fits(found, target, want));
      if (at >= 0 && plain[i].count <= 20) return {...told, name: names[i], nth: at + 1};
    }
    return {...told, ways: proposals(target, want)};
  };

  // ---- ranked ways to find it, for the element library
  const ROLE = {button: 'button', link: 'link', menuitem: 'menuitem', tab: 'tab', checkbox: 'checkbox', radio: 'radio', switch: 'switch', option: 'option'};
  const roleOf = el => el.getAttribute('role') || ROLE[kindOf(el)] || '';
  // Numbers and long mixed strings are made anew by every build or every visit.
  const made = s => !s || /\d{3,}|^[:_]|:r[0-9a-z]+:|^(el|ant|rc|radix|headlessui|css|sc|jss|v)-?[a-z]*-[0-9]|[a-z0-9]{5,}[0-9][a-z0-9]*$/i.test(s) || /[A-Z].*[a-z].*[0-9]|__[A-Za-z0-9]{5,}$/.test(s);
  const passing = c => made(c) || /^(is-|has-|v-|ng-|data-v)|active|hover|focus|selected|checked|disabled|open|show|hidden|enter|leave/i.test(c);
  const stableCss = el => {
    const tag = el.tagName.toLowerCase(), out = [];
    if (el.id && !made(el.id)) out.push('#' + CSS.escape(el.id));
    for (const name of ['name', 'aria-label', 'title', 'alt', 'type', 'href'])
      if (el.getAttribute(name) && !made(el.getAttribute(name))) out.push(`${tag}[${name}="${CSS.escape(el.getAttribute(name))}"]`);
    const own = [...el.classList].filter(c => !passing(c)).map(c => '.' + CSS.escape(c));
    if (own.length) out.push(own[0], own.join(''), tag + own.join(''));
    for (let e = up(el), depth = 0; e && depth < 6; e = up(e), depth++) {
      const anchor = e.id && !made(e.id) ? '#' + CSS.escape(e.id)
        : [...e.classList].filter(c => !passing(c)).map(c => '.' + CSS.escape(c)).slice(-1)[0];
      if (anchor) out.push(`${anchor} ${tag}`, ...own.map(c => `${anchor} ${c}`));
    }
    return [...new Set(out)];
  };
  const proposals = (el, want) => {
    const target = want === 'fill' ? eyes.widget(el) : el;
    const input = target.matches('input,textarea,select') ? target : target.querySelector('input:not([type=hidden]),textarea,select');
    const ids = [target, ...(input ? [input] : [])].flatMap(e => TESTIDS.map(a => e.getAttribute(a))).filter(Boolean);
    const role = roleOf(target), names = wordsOf(target), hold = want === 'fill';
    const list = [
      ...[...new Set(ids)].map(id => by('testid', id)),
      ...(role && !hold ? names.map(n => by('role', role, {name: n})) : []),
      ...(hold ? labelsOf(target).map(n => by('label', n)) : []),
      ...(hold && input?.placeholder ? [by('placeholder', norm(input.placeholder))] : []),
      ...(hold ? [] : names.map(n => by('text', n))),
      ...[...stableCss(target), ...(input && input !== target ? stableCss(input) : [])].map(css => by('css', css)),
    ];
    const row = rowOf(target), place = row && row !== target ? rowWords(row)[0] : '';
    const inRow = place ? list.map(way => ({...way, within: by('row', place)})) : [];
    const mine = row === target ? rowWords(row).map(t => by('row', t)) : [];
    const tried = [...list, ...mine, ...inRow], seen = look(tried.map(way => ask(way, want)));
    const good = tried.filter((_, i) => only(seen[i], target, want));
    const kinds = new Map();
    for (const way of good) {
      const key = way.by + (way.within ? ' in' : '');
      if (!kinds.has(key)) kinds.set(key, way);
    }
    return [...kinds.values()];
  };
  const propose = el => {
    const field = el.matches('input:not([type=button]):not([type=submit]),textarea,select,[contenteditable=true]') || eyes.widget(el) !== el;
    const target = field ? eyes.widget(el) : ownerOf(el), want = field ? 'fill' : 'act';
    const names = field ? labelsOf(target) : wordsOf(target);
    return JSON.stringify({kind: kindOf(target), field, names, ways: proposals(target, want)});
  };
  eyes.naming = {who, propose, ownerOf, labelsOf, closest, holds, here};
})();
