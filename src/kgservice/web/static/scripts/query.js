// The query page with script: run without leaving the page, stop, elapsed time, history, marks, rows in one table.
// Without this file the page's forms and links do the same by loading pages.
const LONGEST = 8000, KEPT = 50, STORE = 'kgservice.history';
const form = document.getElementById('ask'), area = document.getElementById('query');
const texts = JSON.parse(form.dataset.texts), lang = document.documentElement.lang;
const [run, stop, clock, said, outcome] = ['run', 'stop', 'clock', 'said', 'outcome'].map(id => document.getElementById(id));
const editor = () => form.querySelector('sparql-editor[data-ready]');
const number = (value, digits = 0) => value.toLocaleString(lang, {minimumFractionDigits: digits, maximumFractionDigits: digits});
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
let now = null; // what runs: {id, abort, begun}
let rows = new AbortController(); // the rows on their way into the table

document.documentElement.classList.add('scripting');

function fresh() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');
}

function tell(text, wrong = false) {
  said.className = `small ${wrong ? 'wrong' : 'muted'}`;
  said.textContent = text;
}

function announce(text) {
  said.className = 'vh';
  said.textContent = text;
}

function write(text) {
  if (editor()) editor().value = text;
  area.value = text;
  area.rows = Math.min(Math.max(text.split('\n').length + 1, 6), 28);
}

// --- running

async function ask(fields = new URLSearchParams(new FormData(form))) {
  if (now) cancel();
  rows.abort();
  const mine = now = {id: fresh(), abort: new AbortController(), begun: performance.now()};
  const query = fields.get('query');
  busy(true);
  tell(texts.running);
  const ticking = setInterval(() => { clock.textContent = filled(texts.seconds, {n: number((performance.now() - mine.begun) / 1000, 1)}); }, 100);
  try {
    const answer = await sent(fields, mine);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (now !== mine) return;
    const found = page.getElementById('outcome');
    if (!found) { // a page of another kind, as of a request that is too large
      const state = page.querySelector('.state') || page.querySelector('main');
      outcome.replaceChildren(document.importNode(state, true));
    } else {
      outcome.replaceChildren(...document.importNode(found, true).childNodes);
    }
    tell('');
    shown(fields, page, answer, mine);
  } catch (error) {
    if (now === mine && error.name !== 'AbortError') tell(texts.lost, true);
  } finally {
    clearInterval(ticking);
    if (now === mine) { now = null; busy(false); }
  }
}

// A query that fits goes in the address, as a link to it would; a longer one in the body, and then no link can repeat it.
function sent(fields, {id, abort}) {
  const kept = [...fields].filter(([, value]) => value), whole = `${form.action}?${new URLSearchParams(kept)}`;
  const headers = {Accept: 'text/html', 'Query-Id': id}, signal = abort.signal;
  if (whole.length <= LONGEST) return fetch(whole, {signal, headers});
  const beside = new URLSearchParams(kept.filter(([name]) => name !== 'query'));
  return fetch(`${form.action}?${beside}`, {method: 'POST', body: new URLSearchParams({query: fields.get('query')}), signal, headers});
}

function busy(yes) {
  if (!yes && document.activeElement === stop) run.focus();
  form.setAttribute('aria-busy', yes);
  outcome.toggleAttribute('inert', yes);
  stop.hidden = !yes;
  clock.hidden = !yes;
  clock.textContent = '';
}

function cancel() {
  const mine = now;
  if (!mine) return;
  now = null;
  // NOTE: a closed connection stops the work too; the order by its id arrives also through proxies that hide the close
  fetch(form.dataset.stop + mine.id, {method: 'DELETE', keepalive: true}).catch(() => {});
  mine.abort.abort();
  busy(false);
  tell(filled(texts.stopped, {seconds: number((performance.now() - mine.begun) / 1000, 1)}));
  (editor() || area).focus();
}

function shown(fields, page, answer, mine) {
  const query = fields.get('query');
  const marks = JSON.parse(page.querySelector('sparql-editor')?.dataset.marks || '[]');
  const wrong = marks.some(mark => mark.severity === 'error');
  editor()?.mark(marks, wrong);
  if (!editor()) area.setSelectionRange(...place(query, marks.find(mark => mark.severity === 'error')));
  area.setAttribute('aria-invalid', wrong);
  document.title = page.title || document.title;
  address(fields);
  const section = document.getElementById('answer');
  remember({query, with: fields.get('with') || '', time: Date.now(), ms: Math.round(performance.now() - mine.begun),
    rows: section?.dataset.rows ?? '', release: section?.dataset.release ?? answer.headers.get('KG-Release') ?? '', ok: answer.ok});
  const note = section?.querySelector('.note') ?? outcome.querySelector('h2');
  announce(note?.innerText.replace(/\s+/g, ' ') ?? ''); // for those who cannot see that the answer stands there
  if (outcome.firstElementChild && outcome.getBoundingClientRect().top > innerHeight * .8) outcome.scrollIntoView({block: 'nearest'});
  if (String(new URLSearchParams(fields)).length > LONGEST) for (const link of outcome.querySelectorAll('.pager a, a[data-again]')) link.remove();
  windowed(fields);
}

function place(text, mark) {
  if (!mark) return [area.selectionStart, area.selectionEnd];
  const lines = text.split('\n'), before = lines.slice(0, mark.line - 1).reduce((sum, line) => sum + line.length + 1, 0);
  const at = before + [...(lines[mark.line - 1] || '')].slice(0, mark.column - 1).join('').length;
  return [at, at + 1];
}

function address(fields) {
  const kept = new URLSearchParams([...fields].filter(([name, value]) => value && ['query', 'with', 'chart', 'x', 'y', 'by'].includes(name)));
  const url = `${form.getAttribute('action')}?${kept}`;
  if (url.length > LONGEST) return tell(texts.long);
  if (url !== location.pathname + location.search) history.pushState({}, '', url);
}

// --- all rows of an answer in one table: its text is fetched once, and only what is in sight is read

async function windowed(fields) {
  const section = document.getElementById('answer'), table = section?.querySelector('v-table');
  const total = Number(section?.dataset.rows || 0), most = Number(section?.dataset.window || 0);
  if (!table || total <= table.querySelectorAll('tbody tr').length) return;
  const graph = section.dataset.kind === 'graph', wanted = Math.min(total, most);
  const body = new URLSearchParams([...fields].filter(([name]) => ['query', 'with'].includes(name)));
  const own = rows = new AbortController();
  const answer = await fetch(form.action, {method: 'POST', body, signal: own.signal, headers: {'Query-Id': fresh(), Accept: graph ? 'application/n-triples' : 'text/tab-separated-values'}}).catch(() => null);
  if (!answer?.ok || !table.isConnected) { own.abort(); return; } // the pages by number stay
  if (answer.headers.get('KG-Release') !== section.dataset.release && section.dataset.release !== 'remote') { own.abort(); return tell(texts.moved, true); }
  const lines = await read(answer.body, wanted + (graph ? 0 : 1), own);
  if (!lines || !table.isConnected) return;
  if (total > most) table.after(Object.assign(document.createElement('p'), {className: 'note', textContent: filled(texts.first, {n: number(most)})}));
  const skip = graph ? 0 : 1;
  table.source = {total: Math.max(0, lines.count - skip), window: async (start, count) => {
    const rows = [];
    for (let row = start + skip; row < start + skip + count; row++) rows.push(graph ? triple(lines.line(row)) : lines.line(row).split('\t').map(term));
    return labelled(rows);
  }};
}

// Reads lines of bytes without making texts of them: 100,000 rows stay one buffer and one list of offsets.
async function read(stream, most, own) {
  const reader = stream.getReader(), starts = new Uint32Array(most + 1), decoder = new TextDecoder();
  let bytes = new Uint8Array(1 << 20), size = 0, count = 0;
  try {
    for (let part; count < most && !(part = await reader.read()).done;) {
      if (size + part.value.length > bytes.length) { const more = new Uint8Array(Math.max(bytes.length * 2, size + part.value.length)); more.set(bytes); bytes = more; }
      bytes.set(part.value, size);
      for (let at = part.value.indexOf(10); at >= 0 && count < most; at = part.value.indexOf(10, at + 1)) starts[++count] = size + at + 1;
      size += part.value.length;
    }
  } catch {
    return null;
  }
  own.abort(); // more rows than are shown are not fetched
  return {count, line: row => decoder.decode(bytes.subarray(starts[row], starts[row + 1] - 1)).replace(/\r$/, '')};
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/, NUMERIC = /#(?:integer|decimal|double|float|int|long|nonNegativeInteger)$/;
const unescaped = text => text.includes('\\') ? text.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/g, (_, short, long, one) => short || long ? String.fromCodePoint(parseInt(short || long, 16)) : ({n: '\n', t: '\t', r: '\r', b: '\b', f: '\f'})[one] ?? one) : text;

function term(text) {
  if (!text) return null;
  if (text[0] === '<' && !text.startsWith('<<')) return {iri: unescaped(text.slice(1, -1)), text: ''};
  const literal = /^"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+)|\^\^<([^>]*)>)?$/s.exec(text);
  if (literal) return {text: unescaped(literal[1]), lang: literal[2], small: literal[2] || '', number: NUMERIC.test(literal[3] || '')};
  return {text, number: NUMBER.test(text)};
}

function triple(line) {
  const found = /^(<[^>]*>|_:\S+) (<[^>]*>) (.*) \.$/.exec(line);
  return found ? found.slice(1).map(term) : [null, null, {text: line}];
}

const names = new Map(); // label, address and short form of IRIs that were in sight

async function labelled(rows) {
  const wanted = new Set(rows.flat().filter(cell => cell?.iri && !names.has(cell.iri)).map(cell => cell.iri));
  const list = [...wanted];
  for (let start = 0; start < list.length; start += 500) {
    const body = new URLSearchParams(list.slice(start, start + 500).map(iri => ['iri', iri]));
    const answer = await fetch(form.dataset.labels, {method: 'POST', body});
    if (!answer.ok) throw new Error(answer.status);
    for (const [iri, found] of Object.entries(await answer.json())) names.set(iri, found);
  }
  for (const cell of rows.flat()) if (cell?.iri) {
    const [label, href, short] = names.get(cell.iri) ?? [cell.iri, '', ''];
    Object.assign(cell, {text: label, href, small: label !== cell.iri && label !== short ? short : '', title: `${label}\n${cell.iri}`});
  }
  return rows;
}

// --- what was asked before: kept in this browser

function past() {
  try { return JSON.parse(localStorage.getItem(STORE)) || []; } catch { return []; }
}

function remember(one) {
  const kept = [one, ...past().filter(other => other.query !== one.query || other.with !== one.with)].slice(0, KEPT);
  try { localStorage.setItem(STORE, JSON.stringify(kept)); } catch { /* a full or forbidden store: no history */ }
  list();
}

function list() {
  const box = document.getElementById('history'), kept = past();
  box.hidden = !kept.length;
  box.querySelector('ol').replaceChildren(...kept.map(one => {
    const item = document.createElement('li'), button = document.createElement('button'), note = document.createElement('small');
    button.type = 'button';
    button.className = 'past-query mono';
    button.textContent = one.query.replace(/^\s*(?:#.*|prefix .*|base .*)?\n/gim, '').replace(/\s+/g, ' ').trim().slice(0, 160) || one.query.slice(0, 160);
    button.addEventListener('click', () => { write(one.query); form.elements.with.checked = one.with === 'illustrative'; (editor() || area).focus(); scrollTo({top: 0}); });
    const parts = [new Date(one.time).toLocaleString(lang, {dateStyle: 'medium', timeStyle: 'short'}), one.ok ? (one.rows !== '' ? filled(texts.rows, {n: number(+one.rows)}) : '') : texts.failed, filled(texts.seconds, {n: number(one.ms / 1000, 2)})];
    note.className = 'muted';
    note.textContent = parts.filter(Boolean).join(' · ');
    item.append(button, note);
    return item;
  }));
}

// --- wiring

form.addEventListener('submit', event => {
  event.preventDefault();
  if (event.submitter?.value === 'format') format(); else ask();
});
form.addEventListener('run', () => ask());
area.addEventListener('keydown', event => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); ask(); } });
document.addEventListener('keydown', event => { if (event.key === 'Escape' && now) cancel(); });
stop.addEventListener('click', cancel);
outcome.addEventListener('submit', event => {
  if (!event.target.matches('[data-ask]')) return;
  event.preventDefault();
  ask(new URLSearchParams(new FormData(event.target)));
});
document.getElementById('forget').addEventListener('click', () => {
  try { localStorage.removeItem(STORE); } catch { /* nothing was kept */ }
  list();
  (editor() || area).focus();
});
document.getElementById('examples').addEventListener('submit', async event => {
  event.preventDefault();
  const chosen = document.getElementById('example').value;
  if (!chosen) return;
  const answer = await fetch(`${form.getAttribute('action')}?${new URLSearchParams({example: chosen})}`, {headers: {Accept: 'text/html'}}).catch(() => null);
  const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), 'text/html');
  if (!page) return tell(texts.lost, true);
  write(page.getElementById('query').value);
  (editor() || area).focus();
});
addEventListener('popstate', () => location.reload());

async function format() {
  const body = new URLSearchParams({query: area.value, do: 'format'});
  const answer = await fetch(form.querySelector('sparql-editor').getAttribute('check'), {method: 'POST', body}).catch(() => null);
  if (!answer?.ok) return tell(texts.lost, true);
  const {text, marks} = await answer.json();
  if (text === undefined) { editor()?.mark(marks); return tell(`${texts.format} ${marks[0]?.message ?? ''}`, true); }
  if (text !== area.value) write(text);
  tell('');
}

list();
windowed(new URLSearchParams(new FormData(form)));
