import { CLOCK_STEPPED, type EntryRows } from '../rows/entry-rows.ts';
import { DecisionTable } from './decision-table.ts';
import { FindingTable } from './finding-table.ts';
import { SignalTable } from './signal-table.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** Stores the content of our own entries. The caller MUST be in a transaction. */
export function addFacts(db: SqliteConnection, facts: EntryRows): void {
  for (const { kind, index } of facts.acts ?? []) {
    db.run('INSERT OR IGNORE INTO acts VALUES (?, ?)', kind, index);
  }
  for (const i of facts.imports ?? []) {
    db.run(
      'INSERT OR REPLACE INTO imports VALUES (?, ?, ?, ?, ?, ?, ?)',
      ...[i.index, i.seenMs, i.file, i.bytes, i.sha256, i.by, i.origin],
    );
  }
  for (const c of facts.coverage ?? []) {
    db.run(
      'INSERT INTO coverage VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ...[c.index, c.tenant, c.source, c.workload, c.subject],
      ...[c.fromMs, c.toMs, c.state, c.bound, c.because],
    );
  }
  if (facts.clockRestart !== undefined) endClockSteps(db, facts.clockRestart.atMs);
  if (facts.inventory !== undefined) {
    const { index, ...said } = facts.inventory;
    db.run('INSERT OR REPLACE INTO inventory VALUES (?, ?)', index, JSON.stringify(said));
  }
  for (const { index, seen } of facts.observations ?? []) {
    db.run('INSERT OR REPLACE INTO observations VALUES (?, ?)', index, JSON.stringify(seen));
  }
  for (const e of facts.erasures ?? []) {
    db.run(
      'INSERT OR REPLACE INTO erasures VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      ...[e.index, e.atMs, e.by, e.reason, e.entries, e.fromMs, e.toMs],
      JSON.stringify(e.tenants),
    );
  }
  const findings = new FindingTable(db);
  for (const finding of facts.findings ?? []) findings.add(finding);
  for (const mark of facts.findingMarks ?? []) findings.mark(mark);
  for (const note of facts.findingNotes ?? []) findings.note(note);
  const decisions = new DecisionTable(db);
  for (const decision of facts.decisions ?? []) decisions.add(decision);
  for (const pass of facts.passes ?? []) decisions.addPass(pass);
}

/** A clock step makes all times up to the wrong one doubtful. The restart ends that. */
function endClockSteps(db: SqliteConnection, atMs: number): void {
  const stepped = 'because = ? AND to_ms > ?';
  db.run(`DELETE FROM coverage WHERE ${stepped} AND from_ms >= ?`, CLOCK_STEPPED, atMs, atMs);
  db.run(`UPDATE coverage SET to_ms = ? WHERE ${stepped}`, atMs, CLOCK_STEPPED, atMs);
}

/** Deletes everything that the entry stated, because its body is erased. */
export function forgetFacts(db: SqliteConnection, index: number): void {
  db.run('DELETE FROM imports WHERE "index" = ?', index);
  db.run('DELETE FROM coverage WHERE "index" = ?', index);
  new FindingTable(db).forget(index);
  new DecisionTable(db).forget(index);
  new SignalTable(db).forget(index);
}
