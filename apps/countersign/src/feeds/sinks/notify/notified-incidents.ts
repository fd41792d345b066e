import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '@countersign/core';
import { SinkError } from '../../delivery/sink.ts';
import { FINDINGS_PER_INCIDENT_MAX, INCIDENTS_MAX, STATE_BYTES_MAX } from './limits.ts';

/** What was sent about one incident. */
export type NotifiedIncident = {
  /** The id by which receivers know it. It stays when the incident grows. */
  readonly key: string;
  /** Every finding that was ever in it. */
  readonly findings: string[];
  /** Those that are open. */
  readonly open: string[];
  /** By route: the highest severity that was sent. */
  readonly sent: Record<string, number>;
  /** The entry that was handled last. Earlier ones arrive again after a crash, or in a replay. */
  last: number;
};

/**
 * Remembers what was sent, in a file, so that a restart repeats no message. Each message is stored
 * right after it was sent: a crash between the two repeats this one message.
 *
 * If the file is lost, an incident is sent once more when its next finding arrives.
 */
export class NotifiedIncidents {
  readonly #path: string;
  /** Oldest first. */
  readonly #incidents: Map<string, NotifiedIncident>;
  readonly #byFinding = new Map<string, NotifiedIncident>();

  /** @throws SinkError MISCONFIGURED if the file exists and is not readable */
  constructor(path: string) {
    this.#path = path;
    this.#incidents = new Map(readState(path).map((each) => [each.key, each]));
    for (const each of this.#incidents.values()) {
      for (const finding of each.findings) this.#byFinding.set(finding, each);
    }
  }

  /** The incident that any of these findings belongs to; else a new one with this key. */
  of(findings: Iterable<string>, key: string): NotifiedIncident {
    for (const finding of findings) {
      const known = this.#byFinding.get(finding);
      if (known !== undefined) return known;
    }
    return this.#incidents.get(key) ?? { key, findings: [], open: [], sent: {}, last: -1 };
  }

  /** Notes the state of a finding. Not durable until {@link save}. */
  note(incident: NotifiedIncident, finding: string, state: 'open' | 'closed'): void {
    // The one that changed last is kept longest.
    this.#incidents.delete(incident.key);
    this.#incidents.set(incident.key, incident);
    const { findings, open } = incident;
    if (!findings.includes(finding) && findings.length < FINDINGS_PER_INCIDENT_MAX) {
      findings.push(finding);
      this.#byFinding.set(finding, incident);
    }
    const at = open.indexOf(finding);
    if (state === 'closed' && at >= 0) open.splice(at, 1);
    if (state === 'open' && at < 0 && open.length < FINDINGS_PER_INCIDENT_MAX) open.push(finding);
    for (const [key, oldest] of this.#incidents) {
      if (this.#incidents.size <= INCIDENTS_MAX) break;
      this.#incidents.delete(key);
      for (const each of oldest.findings) this.#byFinding.delete(each);
    }
  }

  /** @throws SinkError UNAVAILABLE if the disk does not take it */
  save(): void {
    const text = JSON.stringify({ version: VERSION, incidents: [...this.#incidents.values()] });
    try {
      const temporary = `${this.#path}.tmp`;
      writeDurably(temporary, text);
      renameSync(temporary, this.#path);
      syncFolder(dirname(this.#path));
    } catch (cause) {
      const message = `could not store what was sent in ${this.#path}: ${messageOf(cause)}`;
      throw new SinkError('UNAVAILABLE', message, { cause });
    }
  }
}

const VERSION = 1;

/** Only the owner reads it: it names findings. */
const MODE = 0o600;

function writeDurably(path: string, text: string): void {
  const file = openSync(path, 'w', MODE);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function readState(path: string): readonly NotifiedIncident[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  try {
    if (stat.size > STATE_BYTES_MAX) throw new Error('it is too large');
    const { version, incidents } = JSON.parse(readFileSync(path, 'utf8')) as {
      readonly version: unknown;
      readonly incidents: readonly NotifiedIncident[];
    };
    if (version !== VERSION || !Array.isArray(incidents)) throw new Error('its form is unknown');
    return incidents.filter(isIncident);
  } catch (cause) {
    const message =
      `could not read what was sent in ${path}: ${messageOf(cause)}; without it, people get ` +
      'messages again: restore the file, or remove it to accept that';
    throw new SinkError('MISCONFIGURED', message, { cause });
  }
}

function isIncident(value: unknown): value is NotifiedIncident {
  const { key, findings, open, sent, last } = (value ?? {}) as Partial<NotifiedIncident>;
  return (
    typeof key === 'string' &&
    Array.isArray(findings) &&
    Array.isArray(open) &&
    Number.isSafeInteger(last) &&
    typeof sent === 'object' &&
    sent !== null
  );
}
