// <upload-field data-limit=BYTES data-texts='{drop, sent, cancel, failed, large}'> around a file input in a multipart form:
// drop files on it; the form is sent with progress and can be cancelled. Without script the form does the same, silently.
class UploadField extends HTMLElement {
  #form; #input; #texts; #box; #request = null;

  connectedCallback() {
    this.#form = this.closest('form');
    this.#input = this.querySelector('input[type=file]');
    if (!this.#form || !this.#input || this.#box) return;
    this.#texts = JSON.parse(this.dataset.texts || '{}');
    const hint = Object.assign(document.createElement('p'), {className: 'small muted drop-hint', textContent: this.#texts.drop || ''});
    this.#box = document.createElement('div');
    this.#box.className = 'stack tight';
    this.#box.setAttribute('role', 'status');
    this.append(hint, this.#box);
    for (const name of ['dragenter', 'dragover']) this.addEventListener(name, event => { event.preventDefault(); this.classList.add('over'); });
    for (const name of ['dragleave', 'drop']) this.addEventListener(name, () => this.classList.remove('over'));
    this.addEventListener('drop', event => {
      event.preventDefault();
      if (!event.dataTransfer.files.length) return;
      this.#input.files = event.dataTransfer.files;
      this.#input.dispatchEvent(new Event('change', {bubbles: true}));
    });
    this.#form.addEventListener('submit', event => { event.preventDefault(); this.#send(event.submitter); });
    addEventListener('beforeunload', event => { if (this.#request) event.preventDefault(); });
    this.dataset.ready = '';
  }

  #send(button) {
    if (this.#request) return;
    const size = [...this.#input.files].reduce((sum, file) => sum + file.size, 0), limit = Number(this.dataset.limit || 0);
    if (limit && size > limit) return this.#tell(this.#texts.large, true);
    const request = this.#request = new XMLHttpRequest(), bar = document.createElement('progress'), said = document.createElement('span');
    const cancel = Object.assign(document.createElement('button'), {type: 'button', className: 'btn', textContent: this.#texts.cancel || 'Cancel'});
    bar.max = 1;
    bar.setAttribute('aria-label', [...this.#input.files].map(file => file.name).join(', '));
    said.className = 'num small';
    const line = document.createElement('div');
    line.className = 'bar';
    line.append(bar, said, cancel);
    this.#box.replaceChildren(line);
    cancel.addEventListener('click', () => request.abort());
    request.upload.addEventListener('progress', event => {
      if (!event.lengthComputable) return;
      bar.value = event.loaded / event.total;
      said.textContent = (this.#texts.sent || '{done} / {total}').replace('{done}', bytes(event.loaded)).replace('{total}', bytes(event.total));
    });
    request.upload.addEventListener('load', () => { bar.removeAttribute('value'); cancel.hidden = true; });
    request.addEventListener('load', () => this.#answered(request));
    request.addEventListener('error', () => this.#ended(this.#texts.failed));
    request.addEventListener('abort', () => this.#ended(''));
    const fields = new FormData(this.#form);
    if (button?.name) fields.append(button.name, button.value);
    request.open('POST', this.#form.action);
    request.setRequestHeader('Accept', 'text/html');
    request.send(fields);
  }

  #answered(request) {
    this.#request = null;
    if (request.status < 400) return location.assign(request.responseURL); // where the service led us after it took the files
    const page = new DOMParser().parseFromString(request.responseText, 'text/html'), state = page.querySelector('main .state');
    if (state) this.#box.replaceChildren(document.importNode(state, true)); else this.#tell(this.#texts.failed, true);
  }

  #ended(text) {
    this.#request = null;
    this.#tell(text, true);
  }

  #tell(text, wrong) {
    this.#box.replaceChildren(Object.assign(document.createElement('p'), {textContent: text || '', className: wrong ? 'wrong' : ''}));
  }
}

function bytes(size) {
  const step = size < 1e6 ? 'kilobyte' : size < 1e9 ? 'megabyte' : 'gigabyte', by = {kilobyte: 1e3, megabyte: 1e6, gigabyte: 1e9}[step];
  return new Intl.NumberFormat(document.documentElement.lang, {style: 'unit', unit: step, maximumFractionDigits: 1}).format(size / by);
}

customElements.define('upload-field', UploadField);
