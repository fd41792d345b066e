import type { SqliteConnection } from '../../store/sqlite/sqlite-connection.ts';
import { FeedError } from './feed-state-error.ts';

/** The version of the tables. */
const VERSION = 1;

const TABLES = `
  CREATE TABLE IF NOT EXISTS ledger (
    id INTEGER PRIMARY KEY CHECK (id = 0),
    origin TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS feed (
    name TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    proof TEXT,
    next INTEGER NOT NULL,
    sent_next INTEGER NOT NULL,
    generation INTEGER NOT NULL DEFAULT 0,
    status TEXT NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'paused', 'stopped')),
    because TEXT,
    stop_code TEXT,
    status_ms INTEGER NOT NULL,
    records INTEGER NOT NULL DEFAULT 0,
    delivered_ms INTEGER,
    failures INTEGER NOT NULL DEFAULT 0,
    failing_since_ms INTEGER,
    last_error TEXT,
    last_error_ms INTEGER,
    retry_ms INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS refused (
    feed TEXT NOT NULL,
    idx INTEGER NOT NULL,
    because TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (feed, idx)
  ) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${VERSION};`;

/**
 * Creates the tables in a new file. Positions of another ledger would skip its entries.
 * @throws FeedError STATE_UNREADABLE
 */
export function prepareFeedTables(db: SqliteConnection, origin: string): void {
  const version = db.number('PRAGMA user_version');
  if (version > VERSION) {
    const what = `feeds.sqlite has version ${version}, and this program knows ${VERSION}`;
    throw new FeedError('STATE_UNREADABLE', `${what}: run the newer version`);
  }
  if (version < VERSION) db.exec(TABLES);
  db.run('INSERT OR IGNORE INTO ledger VALUES (0, ?)', origin);
  const [stated] = db.all('SELECT origin FROM ledger');
  if (stated?.origin === origin) return;
  const other = String(stated?.origin);
  const what = `the positions of feeds belong to the ledger ${other}, not ${origin}`;
  const cure = 'move service/feeds.sqlite away; each feed then starts as configured';
  throw new FeedError('STATE_UNREADABLE', `${what}: ${cure}`);
}
