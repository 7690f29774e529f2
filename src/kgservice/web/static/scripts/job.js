// <job-progress src=>: follows a job by server-sent events; the browser goes on after a break where it stopped
// (Last-Event-ID). Inside it stands the state as it was when the page was made; without script the page asks again.
class JobProgress extends HTMLElement {
  #source;

  connectedCallback() {
    if (this.hasAttribute('ended')) return;
    this.#source = new EventSource(this.getAttribute('src'));
    this.#source.addEventListener('progress', event => this.#show(JSON.parse(event.data)));
    this.#source.addEventListener('end', () => { this.#source.close(); location.reload(); });
    this.#source.addEventListener('error', () => {
      if (this.#source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000); // as when too many watch
    });
  }

  disconnectedCallback() { this.#source?.close(); }

  #show(told) {
    const part = name => this.querySelector(`[data-${name}]`);
    if (told.state === 'running' && !part('bar')) return location.reload();
    if (part('step').textContent !== told.step) part('step').textContent = told.step;
    part('parts').textContent = told.parts;
    part('wait').textContent = told.wait ? part('wait').dataset.wait.replace('{time}', told.wait) : '';
    const bar = part('bar');
    if (bar && told.total) { bar.max = told.total; bar.value = told.done; } else bar?.removeAttribute('value');
  }
}
customElements.define('job-progress', JobProgress);
