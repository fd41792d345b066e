/** Styles of a printed statement: dense, black on white. Color never carries meaning alone. */
export const STATEMENT_CSS = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2.5rem 2rem 4rem; max-width: 78rem; color: #16191d; background: #fff;
  font: .94rem/1.45 "Segoe UI", "Helvetica Neue", Arial, "Liberation Sans", sans-serif;
}
header { border-bottom: 3px solid #16191d; padding-bottom: 1rem; margin-bottom: 1.5rem; }
.kind {
  margin: 0; font-size: .8rem; letter-spacing: .08em; text-transform: uppercase;
  color: #4b545f;
}
h1 { margin: .15rem 0 0; font-size: 1.9rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 {
  margin: 2.2rem 0 .6rem; font-size: 1.2rem; border-bottom: 1px solid #c3cad3;
  padding-bottom: .25rem;
}
h3 { margin: 1.6rem 0 .2rem; font-size: 1rem; overflow-wrap: anywhere; }
p { margin: .4rem 0; max-width: 62rem; }
ul { margin: .4rem 0; padding-left: 1.2rem; max-width: 62rem; }
li { margin: .2rem 0; }
code, .id {
  font-family: Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace; font-size: .86em;
}
.id, .path { overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.2rem; margin: 0; }
dt { color: #4b545f; }
dd { margin: 0; overflow-wrap: anywhere; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0 3rem; align-items: start; }
.tell { border-left: 5px solid #9a6700; background: #fff8e5; padding: .7rem 1rem; margin: .8rem 0; }
.tell strong { display: block; }
.tell ul { margin-bottom: 0; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; padding: .6rem 0 .3rem; color: #4b545f; font-size: .87rem; }
th, td {
  text-align: left; vertical-align: top; padding: .32rem .6rem .32rem 0; font-weight: normal;
}
thead th {
  font-size: .78rem; color: #4b545f; border-bottom: 1.5px solid #16191d; white-space: nowrap;
}
tbody tr { border-bottom: 1px solid #dfe4ea; }
tbody th { white-space: nowrap; font-variant-numeric: tabular-nums; }
.events { table-layout: fixed; font-size: .84rem; line-height: 1.35; }
.events td, .events th { overflow-wrap: anywhere; }
.events .time { width: 9.4rem; }
.events .what { width: 14%; }
.events .from { width: 11%; }
.events .with { width: 15%; }
.events .much { width: 10%; }
.events .end { width: 7.5%; }
.events .entry { width: 4.4rem; text-align: right; padding-right: 0; white-space: nowrap; }
td.entry { font-variant-numeric: tabular-nums; }
.sub { color: #4b545f; }
.failed { font-weight: 600; }
.balance { width: auto; margin: .4rem 0 .8rem; }
.balance th, .balance td { padding: .35rem 2.2rem .35rem 0; }
.balance tbody td { font-size: 1.5rem; font-variant-numeric: tabular-nums; }
footer {
  margin-top: 3rem; border-top: 1px solid #c3cad3; padding-top: .8rem; font-size: .87rem;
  color: #4b545f;
}
@media screen and (max-width: 50rem) {
  .pair { grid-template-columns: 1fr; } body { padding: 1rem; }
}
@page {
  size: A4 landscape; margin: 14mm 13mm 16mm;
  @bottom-left { content: "Statement of access"; font: 8pt sans-serif; color: #4b545f; }
  @bottom-right {
    content: "Page " counter(page) " of " counter(pages); font: 8pt sans-serif; color: #4b545f;
  }
}
@media print {
  html { font-size: 12.5px; }
  body { padding: 0; max-width: none; }
  h2 { margin-top: 1.5rem; }
  header { margin-bottom: 1rem; }
  thead { display: table-header-group; }
  tr, .tell, dl, .balance { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
  .tell, .tell * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
`;
