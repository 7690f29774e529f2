// <sparql-editor words= check= complete=>: CodeMirror 6 around a <textarea>, in a shadow root, so that its styles become
// adopted sheets: no nonce, no inline style. Texts come in data-texts (JSON); what is typed stays in the textarea.
import {EditorView, keymap, lineNumbers, drawSelection, highlightActiveLine, highlightActiveLineGutter} from '@codemirror/view';
import {EditorState} from '@codemirror/state';
import {autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap} from '@codemirror/autocomplete';
import {linter, lintGutter, lintKeymap, setDiagnostics} from '@codemirror/lint';
import {defaultKeymap, history, historyKeymap} from '@codemirror/commands';
import {syntaxHighlighting, syntaxTree, HighlightStyle, bracketMatching} from '@codemirror/language';
import {tags} from '@lezer/highlight';
import {sparql} from 'codemirror-lang-sparql';
import {look} from './look.mjs';
import {completed} from './completion.mjs';

const WAIT = 500; // milliseconds without a key before the text is looked through
const colours = HighlightStyle.define([
  {tag: tags.keyword, class: 'k'}, {tag: tags.string, class: 's'}, {tag: tags.comment, class: 'c'},
  {tag: tags.variableName, class: 'v'}, {tag: tags.number, class: 'n'},
  {tag: [tags.namespace, tags.url, tags.propertyName, tags.typeName], class: 'i'},
]);

class SparqlEditor extends HTMLElement {
  #view; #area; #told = null; #words = null;

  connectedCallback() {
    if (this.#view) return;
    this.#area = this.querySelector('textarea');
    const texts = JSON.parse(this.dataset.texts || '{}');
    const root = this.attachShadow({mode: 'open'});
    root.adoptedStyleSheets = [look()];
    const box = document.createElement('div');
    root.append(box, Object.assign(document.createElement('slot'), {hidden: true}));
    this.#view = new EditorView({root, parent: box, state: EditorState.create({
      doc: this.#area.value,
      extensions: [
        lineNumbers(), highlightActiveLine(), highlightActiveLineGutter(), drawSelection(), history(), bracketMatching(),
        closeBrackets(), lintGutter(), sparql(), syntaxHighlighting(colours), EditorView.lineWrapping,
        EditorState.phrases.of(texts.phrases || {}),
        EditorView.contentAttributes.of({
          'aria-label': this.querySelector('label')?.textContent.trim() || 'SPARQL', spellcheck: 'false', autocapitalize: 'off',
        }),
        autocompletion({
          override: [context => completed(context, this, syntaxTree(context.state))], filterStrict: false,
          maxRenderedOptions: 10, icons: false, activateOnTypingDelay: 120,
        }),
        linter(view => this.#looked(view), {delay: WAIT}),
        // NOTE: Tab is left to the browser: it leaves the editor; Ctrl+Enter belongs to the page
        keymap.of([
          {key: 'Mod-Enter', run: () => this.dispatchEvent(new CustomEvent('run', {bubbles: true}))},
          ...completionKeymap, ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...lintKeymap,
        ]),
        EditorView.updateListener.of(update => { if (update.docChanged) this.#area.value = update.state.doc.toString(); }),
      ],
    })});
    this.#area.hidden = true;
    for (const label of this.querySelectorAll('label')) label.addEventListener('click', () => this.focus());
    const marks = JSON.parse(this.dataset.marks || '[]');
    if (marks.length) this.mark(marks, false);
    this.dataset.ready = '';
  }

  get value() { return this.#area.value; }

  set value(text) {
    this.#view.dispatch({changes: {from: 0, to: this.#view.state.doc.length, insert: text}, selection: {anchor: 0}});
  }

  focus() { this.#view.focus(); }

  // Marks what is wrong or worth a word: [{line, column, severity, message, hint}], both from 1, columns in characters.
  mark(marks, go = true) {
    const found = marks.filter(mark => mark.line).map(mark => this.#placed(mark));
    this.#told = {text: this.value, found};
    this.#view.dispatch(setDiagnostics(this.#view.state, found));
    const wrong = found.find(one => one.severity === 'error');
    if (wrong && go) {
      this.#view.dispatch({selection: {anchor: wrong.from}, scrollIntoView: true});
      this.#view.focus();
    }
  }

  // What this release knows: prefixes and terms with counts and labels; asked once.
  words() {
    this.#words ??= fetch(this.getAttribute('words')).then(answer => answer.ok ? answer.json() : Promise.reject(answer))
      .catch(() => { this.#words = null; return {prefixes: {}, terms: [], release: ''}; });
    return this.#words;
  }

  async #looked(view) {
    const text = view.state.doc.toString();
    if (this.#told?.text === text) return this.#told.found; // a run has said more than a look can
    if (!text.trim()) return [];
    try {
      const answer = await fetch(this.getAttribute('check'), {method: 'POST', body: new URLSearchParams({query: text})});
      if (!answer.ok) return [];
      return (await answer.json()).marks.filter(mark => mark.line).map(mark => this.#placed(mark));
    } catch {
      return []; // no network: the run itself will tell
    }
  }

  #placed({line, column, severity, message, hint}) {
    const doc = this.#view.state.doc;
    const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
    const before = [...at.text].slice(0, column - 1).join('').length;
    let from = Math.min(at.from + before, at.to);
    const word = /^(?:[?$]?[^\s{}()[\],;.]+|.)/u.exec(at.text.slice(from - at.from))?.[0] ?? '';
    const to = from + word.length;
    if (from === to && from > at.from) from -= 1;
    return {from, to, severity: severity || 'error', message: hint ? `${message}\n${hint}` : message};
  }
}

customElements.define('sparql-editor', SparqlEditor);
