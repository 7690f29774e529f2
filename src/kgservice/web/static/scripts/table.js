// <v-table label= total= columns='[…]' [src=] [data-texts=]>: a table of up to a million rows of which only those in
// sight are in the page. Inside it stands a plain table with pages, for readers without script; it is replaced once there
// is a source of rows: the attribute src (JSON {rows, total} at ?start=&count=), or element.source = {total, window}.
// A row is a list of cells, or {cells, number}; a cell is a text or {text, href, small, title, number, severity, message, lang}.
const HEIGHT = 34, BLOCK = 200, KEPT = 30, MARGIN = 8, WIDEST = 44, LEAST = 26, NARROWEST = 7, SAMPLE = 60;
const made = (name, attributes = {}, ...inside) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined && value !== false) element.setAttribute(key, value === true ? '' : value);
  element.append(...inside);
  return element;
};

class VTable extends HTMLElement {
  #source; #scroller; #head; #pad; #blocks = new Map(); #drawn = 0; #asked = false; #turn = 0;

  connectedCallback() {
    if (this.getAttribute('src') && !this.#source) this.source = this.#remote();
  }

  get columns() { return JSON.parse(this.getAttribute('columns') || '[]'); }

  get source() { return this.#source; }

  set source(source) {
    this.#source = source;
    this.#blocks.clear();
    this.#build();
    this.draw(true);
  }

  // Shows a row, counted from 0, at the top.
  show(row) { this.#scroller.scrollTop = row * HEIGHT; }

  #remote() {
    const address = (start, count) => {
      const url = new URL(this.getAttribute('src'), location.href);
      url.searchParams.set('start', start);
      url.searchParams.set('count', count);
      return url;
    };
    return {total: +this.getAttribute('total') || 0, window: async (start, count) => {
      const answer = await fetch(address(start, count), {headers: {Accept: 'application/json'}});
      if (!answer.ok) throw new Error(answer.status);
      const {rows, total} = await answer.json();
      if (total !== undefined && total !== this.#source.total) { this.#source.total = total; this.#sized(); }
      return rows;
    }};
  }

  #build() {
    const texts = JSON.parse(this.dataset.texts || '{}');
    this.#head = made('div', {class: 'vt-row vt-head', role: 'row', 'aria-rowindex': 1},
      made('div', {role: 'columnheader', class: 'num'}, made('span', {class: 'vh'}, texts.row || 'Row'), made('span', {'aria-hidden': 'true'}, '№')),
      ...this.columns.map(name => made('div', {role: 'columnheader', title: name}, name)));
    this.#pad = made('div', {class: 'vt-pad', role: 'rowgroup'});
    this.#scroller = made('div', {class: 'vt-scroll', tabindex: 0, role: 'table', 'aria-label': this.getAttribute('label') || '', 'aria-colcount': this.columns.length + 1},
      made('div', {role: 'rowgroup', class: 'vt-heads'}, this.#head), this.#pad);
    this.#scroller.addEventListener('scroll', () => this.#soon(), {passive: true});
    const told = made('p', {class: 'small muted', role: 'status'});
    this.replaceChildren(this.#scroller, told);
    this.#sized();
  }

  #sized() {
    this.#scroller.setAttribute('aria-rowcount', this.#source.total + 1);
    this.#pad.style.height = `${this.#source.total * HEIGHT}px`;
    this.#scroller.style.setProperty('--rows', Math.min(this.#source.total, 18));
  }

  #soon() {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => { this.#asked = false; this.draw(); });
  }

  #block(number) {
    if (!this.#blocks.has(number)) {
      const count = Math.min(BLOCK, this.#source.total - number * BLOCK);
      const rows = Promise.resolve(this.#source.window(number * BLOCK, count));
      rows.catch(() => this.#blocks.delete(number));
      this.#blocks.set(number, rows);
      if (this.#blocks.size > KEPT) this.#blocks.delete(this.#blocks.keys().next().value);
    }
    return this.#blocks.get(number);
  }

  async draw(first = false) {
    const turn = ++this.#turn, {total} = this.#source;
    const from = Math.max(0, Math.floor(this.#scroller.scrollTop / HEIGHT) - MARGIN);
    const to = Math.min(total, from + Math.ceil(this.#scroller.clientHeight / HEIGHT) + 2 * MARGIN);
    const blocks = new Map();
    try {
      for (let number = Math.floor(from / BLOCK); number * BLOCK < to; number++) blocks.set(number, await this.#block(number));
    } catch {
      return this.#failed();
    }
    if (turn !== this.#turn) return;
    this.lastChild.replaceChildren();
    if (first) this.#widths(blocks.get(0) || []);
    const rows = document.createDocumentFragment();
    for (let row = from; row < to; row++) {
      const found = blocks.get(Math.floor(row / BLOCK))?.[row % BLOCK];
      if (found) rows.append(this.#row(found, row));
    }
    const focus = this.#pad.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
    this.#pad.replaceChildren(rows);
    if (focus !== null) ([...this.#pad.querySelectorAll('a')].find(link => link.getAttribute('href') === focus) || this.#scroller).focus({preventScroll: true});
    this.dataset.ready = '';
  }

  #failed() {
    const texts = JSON.parse(this.dataset.texts || '{}');
    const again = made('button', {class: 'btn', type: 'button'}, texts.again || 'Try again');
    again.addEventListener('click', () => this.draw());
    this.lastChild.replaceChildren(`${texts.failed || 'These rows could not be fetched.'} `, again);
  }

  // The width of a column follows from its first rows, in letters; set through the DOM, which the policy allows.
  #widths(rows) {
    const wide = this.columns.map((name, column) => {
      const longest = Math.max(name.length + 1, ...rows.slice(0, SAMPLE).map(row => {
        const cell = (row.cells || row)[column];
        return cell === null || cell === undefined ? 1 : typeof cell === 'object' ? (cell.text ?? '').length + (cell.small ? Math.min(cell.small.length, 18) + 1 : 0) : String(cell).length;
      }));
      return Math.min(Math.max(longest + 2, NARROWEST), WIDEST);
    });
    const digits = String(this.#source.total).length + 3;
    this.#scroller.style.setProperty('--columns', [`${digits}ch`, ...wide.map(size => `minmax(${Math.min(size, LEAST)}ch, ${size}fr)`)].join(' '));
    this.#scroller.style.setProperty('--least', `${digits + wide.reduce((sum, size) => sum + Math.min(size, LEAST), 0)}ch`);
  }

  #row(found, row) {
    const element = made('div', {class: 'vt-row', role: 'row', 'aria-rowindex': row + 2});
    element.style.transform = `translateY(${row * HEIGHT}px)`;
    element.append(made('div', {role: 'rowheader', class: 'num muted'}, String(found.number ?? row + 1)));
    for (const cell of found.cells || found) element.append(this.#cell(cell));
    return element;
  }

  #cell(cell) {
    if (cell === null || cell === undefined) return made('div', {role: 'cell', class: 'muted'}, '–');
    if (typeof cell !== 'object') return made('div', {role: 'cell', title: String(cell)}, String(cell));
    const inside = cell.href
      ? made('a', {href: cell.href, rel: /^https?:/.test(cell.href) ? 'noreferrer' : undefined}, cell.text)
      : made('span', {lang: cell.lang || undefined}, cell.text);
    const title = cell.title ?? [cell.text, cell.small, cell.message].filter(Boolean).join('\n');
    const element = made('div', {role: 'cell', title, class: [cell.number ? 'num' : '', cell.severity || ''].join(' ').trim() || undefined}, inside);
    if (cell.small) element.append(' ', made('small', {class: 'mono muted'}, cell.small));
    if (cell.message) element.append(' ', made('span', {class: 'vh'}, cell.message));
    return element;
  }
}

customElements.define('v-table', VTable);
