// <pair-keys hint=TEXT>: while the focus is in it and not in a field, a key presses the button of that data-key. Keys are
// places on the keyboard, so that S is S under a Russian layout too. It takes the focus, for one decision follows another.
class PairKeys extends HTMLElement {
  connectedCallback() {
    this.tabIndex = -1;
    if (document.activeElement === document.body && !location.hash) this.focus({preventScroll: true});
    const hint = this.querySelector('[data-hint]');
    if (hint) hint.textContent = this.getAttribute('hint');
    this.addEventListener('keydown', event => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.target.matches('input, textarea, select')) return;
      const button = this.querySelector(`button[data-key="${event.code}"]`);
      if (!button) return;
      event.preventDefault();
      button.click();
    });
  }
}
customElements.define('pair-keys', PairKeys);
