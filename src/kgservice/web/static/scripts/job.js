// <job-progress src=EVENTS [state=] [ended]>: follows a job by its events (progress: state, step, done, total, parts, wait; end) and
// writes them into the plain page inside it: [data-step], [data-bar], [data-parts], [data-wait]. A connection that breaks
// goes on at the last event (Last-Event-ID); where there is none to be had, the page is asked every few seconds.
const AGAIN = 3000; // milliseconds

class JobProgress extends HTMLElement {
  #events = null; #state = ''; #timer = 0;

  connectedCallback() {
    this.#state = this.getAttribute('state') || ''; // what the page shows now
    if (!this.hasAttribute('ended') && !this.#events) this.#follow();
  }

  disconnectedCallback() {
    this.#events?.close();
    clearTimeout(this.#timer);
  }

  #follow() {
    const events = this.#events = new EventSource(this.getAttribute('src'));
    events.addEventListener('progress', event => this.#show(JSON.parse(event.data)));
    events.addEventListener('end', () => { events.close(); location.reload(); });
    events.addEventListener('error', () => {
      if (events.readyState !== EventSource.CLOSED) return; // it connects again by itself
      this.#timer = setTimeout(async () => { if (await this.#asked()) this.#follow(); }, AGAIN);
    });
  }

  #show({state, step, done, total, parts, wait}) {
    if (this.#state && state !== this.#state) { this.#state = state; this.#asked(); return; }
    this.#state = state;
    const put = (name, text) => { const place = this.querySelector(`[data-${name}]`); if (place && place.textContent !== text) place.textContent = text; };
    put('step', step || '');
    put('parts', parts || '');
    const left = this.querySelector('[data-wait]');
    if (left) left.textContent = wait ? (left.dataset.wait || '{time}').replace('{time}', wait) : '';
    const bar = this.querySelector('[data-bar]');
    if (bar && total) { bar.max = total; bar.value = done; } else if (bar) bar.removeAttribute('value');
    this.dataset.ready = '';
  }

  // Takes the page anew; tells whether the job goes on.
  async #asked() {
    try {
      const answer = await fetch(location.href, {headers: {Accept: 'text/html'}});
      if (!answer.ok) return true;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html'), other = page.querySelector('job-progress');
      if (!other || other.hasAttribute('ended')) { location.reload(); return false; }
      this.replaceChildren(...document.importNode(other, true).childNodes);
      return true;
    } catch {
      return true;
    }
  }
}

customElements.define('job-progress', JobProgress);
