// How the editor looks; colours are the tokens of the page's sheet. Selectors begin with .cm-editor to win over
// CodeMirror's own.
export function look() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
:host { display: block; border: 1px solid var(--line-strong); border-radius: var(--radius); background: var(--surface); color: var(--ink) }
.cm-editor { font-size: var(--t-m); border-radius: var(--radius) }
.cm-editor.cm-focused { outline: 3px solid var(--accent); outline-offset: 1px }
.cm-editor .cm-scroller { font-family: var(--mono); line-height: 1.6; overflow-x: visible }
.cm-editor .cm-content { min-height: 9rem; caret-color: currentColor; padding-block: .6rem }
.cm-editor .cm-cursor { border-color: var(--ink) }
.cm-editor .cm-gutters { background: transparent; color: var(--muted); border: 0 }
.cm-editor .cm-activeLine, .cm-editor .cm-activeLineGutter { background: color-mix(in srgb, var(--accent-soft) 45%, transparent) }
.cm-editor.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-editor .cm-selectionBackground { background: var(--accent-soft) }
.cm-editor .cm-matchingBracket, .cm-editor.cm-focused .cm-matchingBracket { background: var(--accent-soft); outline: 1px solid var(--accent) }
.cm-editor .cm-nonmatchingBracket, .cm-editor.cm-focused .cm-nonmatchingBracket { background: var(--bad-soft) }
.k { color: var(--c3); font-weight: 600 } .s { color: var(--good) } .c { color: var(--muted); font-style: italic }
.v { color: var(--c1) } .n { color: var(--warn) } .i { color: var(--ink) }
.cm-editor .cm-tooltip { background: var(--surface); color: var(--ink); border: 1px solid var(--line-strong); border-radius: var(--radius); overflow: hidden; max-width: min(40rem, 92vw) }
.cm-editor .cm-tooltip.cm-tooltip-autocomplete > ul { max-height: none; overflow: visible; font-family: inherit; min-width: 0; max-width: min(40rem, 92vw) }
.cm-editor .cm-tooltip.cm-tooltip-autocomplete > ul > li { padding: .2rem .6rem; line-height: 1.5; overflow: hidden; text-overflow: ellipsis }
.cm-editor .cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected] { background: var(--accent); color: var(--on-accent) }
.cm-editor .cm-completionMatchedText { text-decoration: none; font-weight: 650 }
.cm-editor .cm-completionDetail { color: inherit; opacity: .85; font-style: normal; font-family: var(--sans); font-size: var(--t-s) }
.cm-editor .cm-diagnostic { white-space: pre-wrap; font-family: var(--sans); font-size: var(--t-s); line-height: 1.45; padding: .4rem .7rem; border-inline-start: 4px solid var(--bad) }
.cm-editor .cm-diagnostic-warning { border-inline-start-color: var(--warn) }
.cm-editor .cm-lintRange-error { background: var(--bad-soft); text-decoration: underline wavy var(--bad); text-underline-offset: .25em }
.cm-editor .cm-lintRange-warning { background: none; text-decoration: underline wavy var(--warn); text-underline-offset: .25em }
.cm-editor .cm-gutter-lint { width: 1.2em }
.cm-editor .cm-gutter-lint .cm-gutterElement { padding: .35em .2em }
.cm-editor .cm-lint-marker { width: .75em; height: .75em; border-radius: 50%; content: ""; background: var(--warn) }
.cm-editor .cm-lint-marker-error { background: var(--bad); border-radius: 2px }
.cm-editor .cm-panels { background: var(--sunk); color: var(--ink); border-color: var(--line) }
`);
  return sheet;
}
