import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { SqliteConnection } from './sqlite-connection.ts';

function opened(): SqliteConnection {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE one (value TEXT PRIMARY KEY)');
  return new SqliteConnection(database);
}

test('a failure rolls its transaction back and is rethrown unchanged', () => {
  const db = opened();
  const failing = (): void => {
    db.run('INSERT INTO one VALUES (?)', 'a');
    throw new RangeError('an end');
  };
  assert.throws(() => db.transaction(failing), /an end/);
  assert.deepEqual(db.all('SELECT * FROM one'), []);
});

test('a transaction that SQLite rolled back itself (disk full) keeps its cause', () => {
  const db = opened();
  const givenUp = (): void => {
    db.run('INSERT INTO one VALUES (?)', 'a');
    db.run('INSERT OR ROLLBACK INTO one VALUES (?)', 'a');
  };
  assert.throws(() => db.transaction(givenUp), /UNIQUE constraint failed/);
  assert.deepEqual(db.all('SELECT * FROM one'), []);
  db.transaction(() => db.run('INSERT INTO one VALUES (?)', 'b'));
  assert.equal(db.all('SELECT * FROM one').length, 1);
});
