/** Styles for one page: readable on a screen in light and dark mode, on a phone and on paper. */
export const BRIEF_CSS = `
:root {
  color-scheme: light dark;
  --ink: #16191d; --soft: #4b545f; --line: #d5dae1; --page: #fff; --tint: #f4f2fa;
  --no: #b3261e; --unknown: #5b5478;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e8eaee; --soft: #a7afba; --line: #343b45; --page: #14171b; --tint: #211f2b;
    --no: #ff8a80; --unknown: #b9b1dc;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2.5rem 2rem 4rem; max-width: 60rem; color: var(--ink);
  background: var(--page);
  font: 1rem/1.5 "Segoe UI", "Helvetica Neue", Arial, "Liberation Sans", sans-serif;
}
header { border-bottom: 2px solid var(--ink); padding-bottom: 1rem; }
.kind { margin: 0; font-size: .85rem; color: var(--soft); }
h1 { margin: .3rem 0; font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
section {
  display: grid; grid-template-columns: 10rem 1fr; gap: 0 1.5rem; padding: .9rem 0;
  border-bottom: 1px solid var(--line);
}
h2 { margin: 0; font-size: 1rem; line-height: 1.5; }
ul, ol { margin: 0; padding: 0 0 0 1.2rem; }
ul.plain { list-style: none; padding: 0; }
li { margin: 0 0 .35rem; overflow-wrap: anywhere; }
.cited { color: var(--soft); font-size: .85em; white-space: nowrap; }
.open h2 { color: var(--no); }
.unknown { border-left: 3px dashed var(--unknown); background: var(--tint); padding: .4rem .8rem; }
.unknown strong { color: var(--unknown); }
footer { margin-top: 1.5rem; font-size: .85rem; color: var(--soft); overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  body { padding: 1.2rem 1rem 2rem; }
  section { grid-template-columns: 1fr; gap: .3rem; }
}
@media print {
  body { padding: 0; max-width: none; font-size: 10pt; }
  section { break-inside: avoid; padding: .4rem 0; }
}
@page { size: A4; margin: 15mm; }
`;
