// What may stand where the caret is: variables of the text, words of the release with counts and labels, prefixes,
// keywords, and things by their names.
const KEYWORDS = `SELECT CONSTRUCT ASK DESCRIBE WHERE DISTINCT REDUCED PREFIX BASE FROM NAMED OPTIONAL UNION MINUS FILTER BIND
VALUES GRAPH LIMIT OFFSET HAVING COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT EXISTS CONTAINS STRSTARTS STRENDS REGEX BOUND
COALESCE CONCAT DATATYPE LANG LANGMATCHES LCASE UCASE STR STRLEN SUBSTR REPLACE YEAR MONTH DAY NOW ROUND ISIRI ISLITERAL`
  .split(/\s+/).concat(['ORDER BY', 'GROUP BY', 'NOT EXISTS', 'ORDER BY DESC']);
const MOST = 40;
const SAFE = /^[\p{L}\p{N}_][\p{L}\p{N}_\-]*$/u;

export async function completed(context, editor, tree) {
  const {state, pos} = context;
  if (/comment|string|^iriref$/i.test(tree.resolveInner(pos, -1).name)) return null;
  const variable = context.matchBefore(/[?$][\p{L}\p{N}_]*/u);
  if (variable) return variables(state.doc.toString(), variable);
  const word = context.matchBefore(/[\p{L}_][\p{L}\p{N}_\-.]*(?::[\p{L}\p{N}_\-.]*)?/u);
  if (!word && !context.explicit) return null;
  const typed = word?.text ?? '', from = word?.from ?? pos;
  const line = state.doc.lineAt(pos), before = line.text.slice(0, from - line.from);
  const {prefixes, terms} = await editor.words();
  if (/^\s*prefix\s+$/i.test(before)) return {from, options: declared(prefixes, typed), filter: false};
  const known = spaces(state.doc.toString());
  const only = /(?:^|[\s;{.])a\s+$/.test(before) ? 'class' : '';
  const options = [
    ...words(terms, typed, only, known, prefixes),
    ...(typed.includes(':') ? [] : beginnings(prefixes, typed, known)),
    ...(typed.includes(':') ? [] : KEYWORDS.filter(name => typed && name.startsWith(typed.toUpperCase()))
      .map(name => ({label: name, type: 'keyword', boost: -1, apply: name + ' '}))),
  ];
  if (!options.length && typed.length > 2 && !typed.includes(':')) options.push(...await things(editor, typed));
  return options.length && !context.aborted ? {from, options: options.slice(0, MOST), filter: false} : null;
}

function variables(text, {from, to, text: typed}) {
  const rest = text.slice(0, from) + ' ' + text.slice(to);
  const names = [...new Set(rest.match(/[?$][\p{L}\p{N}_]+/gu) ?? [])].filter(name => name.slice(1).startsWith(typed.slice(1)));
  return names.length ? {from, options: names.map(label => ({label, type: 'variable'})), filter: false} : null;
}

// The namespaces that the text declares: {namespace: prefix}.
function spaces(text) {
  return Object.fromEntries([...text.matchAll(/\bprefix\s+([^\s:]*):\s*<([^>]*)>/gi)].map(([, prefix, space]) => [space, prefix]));
}

function declared(prefixes, typed) {
  return Object.entries(prefixes).filter(([prefix]) => prefix.startsWith(typed.replace(/:.*/, '')))
    .map(([prefix, space]) => ({label: `${prefix}:`, detail: space, apply: `${prefix}: <${space}>`}));
}

function words(terms, typed, only, known, prefixes) {
  const [head, local] = typed.includes(':') ? typed.split(/:(.*)/s) : [null, typed];
  const wanted = local.toLocaleLowerCase();
  const found = [];
  for (const [space, name, kind, count, label] of terms) {
    if (only && kind !== only) continue;
    const prefix = known[space] ?? Object.keys(prefixes).find(one => prefixes[one] === space);
    if (!prefix || (head !== null && head !== prefix)) continue;
    const rank = fits(wanted, name.toLocaleLowerCase(), label.toLocaleLowerCase());
    if (rank < 0) continue;
    found.push({rank, count, label: `${prefix}:${name}`, type: kind, detail: said(label, name, count), apply: inserted(prefix, space, name)});
  }
  return found.sort((a, b) => a.rank - b.rank || b.count - a.count || (a.label < b.label ? -1 : 1)).slice(0, MOST);
}

// 0: the name begins so, 1: a word of the label does, 2: it stands inside; -1: not at all.
function fits(wanted, name, label) {
  if (!wanted || name.startsWith(wanted)) return 0;
  if (label.split(/[\s(«"-]+/).some(word => word.startsWith(wanted))) return 1;
  return wanted.length > 2 && (name.includes(wanted) || label.includes(wanted)) ? 2 : -1;
}

function said(label, name, count) {
  return (label && label !== name ? `${label} · ` : '') + `×${count.toLocaleString(document.documentElement.lang)}`;
}

function beginnings(prefixes, typed, known) {
  return Object.entries(prefixes).filter(([prefix]) => typed && prefix.startsWith(typed))
    .map(([prefix, space]) => ({label: `${known[space] ?? prefix}:`, detail: space, type: 'namespace', apply: inserted(known[space] ?? prefix, space, '')}));
}

// Inserts a name, and the PREFIX line it needs where the text has none.
function inserted(prefix, space, local) {
  return (view, _completion, from, to) => {
    const text = view.state.doc.toString(), has = space in spaces(text);
    const name = local && !SAFE.test(local) ? `<${space}${local}>` : `${prefix}:${local}`;
    const changes = [{from, to, insert: name}];
    let moved = 0;
    if (!has && !name.startsWith('<')) {
      const line = `PREFIX ${prefix}: <${space}>\n`;
      changes.unshift({from: prologue(text, from), insert: line});
      moved = line.length;
    }
    view.dispatch({changes, selection: {anchor: from + moved + name.length}, userEvent: 'input.complete', scrollIntoView: true});
  };
}

// Where a PREFIX line belongs: behind the last one, else behind the comments at the top.
function prologue(text, most) {
  const last = [...text.matchAll(/^[ \t]*(?:prefix\s+[^\s:]*:|base)\s*<[^>]*>[ \t]*\n/gim)].filter(found => found.index < most).pop();
  return last ? last.index + last[0].length : Math.min(/^(?:[ \t]*(?:#[^\n]*)?\n)*/.exec(text)[0].length, most);
}

async function things(editor, typed) {
  try {
    const answer = await fetch(`${editor.getAttribute('complete')}?${new URLSearchParams({prefix: typed})}`);
    const {items} = answer.ok ? await answer.json() : {items: []};
    return items.map(({iri, label, count}) => ({label, detail: `<${iri}>` + (count ? ` · ×${count}` : ''), type: 'thing', apply: `<${iri}>`}));
  } catch {
    return [];
  }
}
