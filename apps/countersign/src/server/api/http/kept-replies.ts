import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '@countersign/core';
import { SqliteConnection } from '../../../store/sqlite/sqlite-connection.ts';
import { refuse } from './problem.ts';

/** Longer than any client retries (draft-ietf-httpapi-idempotency-key-header, section 2.3). */
const KEPT_MS = 48 * 3_600_000;

const KEY_CHARACTERS_MAX = 128;

export type KeptReply = { readonly status: number; readonly body: string };

/**
 * Replies of acts with an `Idempotency-Key`, so that a caller who did not receive a reply can
 * repeat the request and the act happens once. Durable, because the service may restart in between.
 */
export class KeptReplies {
  readonly #db: SqliteConnection;
  readonly #clock: Clock;
  readonly #running = new Set<string>();

  constructor(file: string, clock: Clock) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    this.#db = new SqliteConnection(new DatabaseSync(file));
    this.#clock = clock;
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    this.#db.exec(
      'CREATE TABLE IF NOT EXISTS kept_reply (key TEXT PRIMARY KEY, request TEXT NOT NULL, ' +
        'status INTEGER NOT NULL, body TEXT NOT NULL, at_ms INTEGER NOT NULL)',
    );
  }

  /**
   * The reply of the first request with this key, or that of `act`. Only replies that the same
   * request would always get are kept.
   *
   * @param header the value of `Idempotency-Key`, with or without quotes
   * @param request everything that makes the request what it is
   * @throws ProblemError 400 for a bad key, 409 while the first runs, 422 for another request
   */
  async once(
    caller: string,
    header: string,
    request: string,
    act: () => Promise<KeptReply>,
  ): Promise<KeptReply> {
    const name = header.replaceAll(/^"|"$/g, '');
    if (name === '' || name.length > KEY_CHARACTERS_MAX || /[^\x21-\x7e]/.test(name)) {
      const text = `an Idempotency-Key has 1 to ${KEY_CHARACTERS_MAX} printable ASCII characters`;
      refuse(400, 'invalid-idempotency-key', text);
    }
    const key = digest(`${caller}\n${name}`);
    const content = digest(request);
    const kept = this.#kept(key);
    if (kept !== undefined) {
      if (kept.request === content) return kept;
      refuse(422, 'idempotency-key-reused', 'this Idempotency-Key belongs to another request');
    }
    if (this.#running.has(key)) {
      const text = 'the first request with this Idempotency-Key is still running';
      refuse(409, 'idempotency-key-running', text, { 'retry-after': '1' });
    }
    this.#running.add(key);
    try {
      const reply = await act();
      if (reply.status < 500 && reply.status !== 429) this.#store(key, content, reply);
      return reply;
    } finally {
      this.#running.delete(key);
    }
  }

  close(): void {
    this.#db.close();
  }

  #kept(key: string): (KeptReply & { readonly request: string }) | undefined {
    const sinceMs = this.#clock.now() - KEPT_MS;
    const sql = 'SELECT request, status, body FROM kept_reply WHERE key = ? AND at_ms > ?';
    const [row] = this.#db.all(sql, key, sinceMs);
    if (row === undefined) return undefined;
    const { request, status, body } = row;
    return { request: String(request), status: Number(status), body: String(body) };
  }

  #store(key: string, request: string, { status, body }: KeptReply): void {
    const nowMs = this.#clock.now();
    this.#db.run('DELETE FROM kept_reply WHERE at_ms <= ?', nowMs - KEPT_MS);
    this.#db.run(
      'INSERT OR REPLACE INTO kept_reply VALUES (?, ?, ?, ?, ?)',
      ...[key, request, status, body, nowMs],
    );
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
