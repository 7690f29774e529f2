// <upload-field data-texts= data-limit=>: around the file field of a form: files can be dropped on it, and sending shows
// how far it is and can be cancelled. What is sent is the form itself; without script it is sent as any other form.
class UploadField extends HTMLElement {
  #texts = {};

  connectedCallback() {
    this.#texts = JSON.parse(this.dataset.texts);
    const field = this.querySelector('input[type=file]'), form = this.closest('form');
    const hint = document.createElement('p');
    hint.className = 'muted small';
    hint.textContent = this.#texts.drop;
    this.classList.add('drop');
    this.append(hint);
    for (const name of ['dragenter', 'dragover']) this.addEventListener(name, event => { event.preventDefault(); this.classList.add('over'); });
    for (const name of ['dragleave', 'drop']) this.addEventListener(name, () => this.classList.remove('over'));
    this.addEventListener('drop', event => { event.preventDefault(); field.files = event.dataTransfer.files; });
    form.addEventListener('submit', event => { event.preventDefault(); this.#send(form, field); });
  }

  #send(form, field) {
    const size = [...field.files].reduce((sum, file) => sum + file.size, 0);
    const status = document.createElement('p'), bar = document.createElement('progress'), stop = document.createElement('button');
    status.setAttribute('role', 'status');
    stop.type = 'button'; stop.className = 'btn'; stop.textContent = this.#texts.cancel;
    bar.setAttribute('aria-label', form.querySelector('button:not([type])').textContent);
    this.querySelector('.sending')?.remove();
    const box = document.createElement('div');
    box.className = 'sending stack tight';
    this.append(box);
    if (size > +this.dataset.limit) { box.append(status); status.textContent = this.#texts.large; return; }
    box.append(bar, status, stop);
    const request = new XMLHttpRequest();
    stop.addEventListener('click', () => { request.abort(); box.remove(); });
    request.upload.addEventListener('progress', event => {
      bar.max = event.total; bar.value = event.loaded;
      const shown = bytes => bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${Math.round(bytes / 1e5) / 10} MB`;
      status.textContent = this.#texts.sent.replace('{done}', shown(event.loaded)).replace('{total}', shown(event.total));
    });
    const failed = () => { status.textContent = this.#texts.failed; bar.remove(); stop.remove(); };
    request.addEventListener('error', failed);
    request.addEventListener('load', () => {
      const body = request.response;
      if (request.status === 201) location.href = request.getResponseHeader('Location');
      else if (body?.detail) { failed(); status.textContent = body.detail; } else failed();
    });
    request.open('POST', form.action);
    request.responseType = 'json';
    request.setRequestHeader('Accept', 'application/json');
    request.setRequestHeader('KG-Form-Token', form.elements.form_token.value);
    request.send(new FormData(form));
  }
}
customElements.define('upload-field', UploadField);
