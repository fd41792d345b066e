import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { S3_ACCESS_KEY, S3_SECRET_KEY, type S3Server, startS3 } from '../s3-server.ts';
import type { KillTarget, TargetWorld } from './kill-target.ts';
import { SlowProxy } from './slow-proxy.ts';

const BUCKET = 'security-lake';

/** LAKE_BATCH_RECORDS. */
const BATCH = 20_000;

const PLACE = 'region: eu-west-1\naccountId: "123456789012"\nevery: 1s';

export function folderLakeTarget({ root }: Pick<TargetWorld, 'root'>): KillTarget {
  const folder = join(root, 'lake');
  return {
    name: 'lake-folder',
    feed: `kind: lake\nfolder: ${folder}\n${PLACE}`,
    ...{ items: 'ids', order: 'any', repeatedMax: BATCH },
    received: async () => {
      const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
      const partial = names.filter((name) => name.endsWith('.tmp'));
      assert.deepEqual(partial, [], 'no partial file is left');
      return idsIn(folder);
    },
    end: async () => {},
  };
}

/** A real S3 server. */
export async function s3Target({ root, slowness }: TargetWorld): Promise<KillTarget> {
  const server = await startS3(BUCKET);
  const proxy = slowness && (await SlowProxy.start(server.port, slowness));
  return {
    name: 'lake-s3',
    feed: `kind: lake
s3:
  endpoint: http://127.0.0.1:${proxy?.port ?? server.port}
  bucket: ${BUCKET}
  accessKeyId: {env: S3_KEY}
  secretAccessKey: {env: S3_SECRET}
${PLACE}`,
    env: { S3_KEY: S3_ACCESS_KEY, S3_SECRET: S3_SECRET_KEY },
    ...{ items: 'ids', order: 'any', repeatedMax: BATCH },
    received: async () => {
      const folder = join(root, 's3-objects');
      await download(server, folder);
      return idsIn(folder);
    },
    kill: () => server.kill(),
    restart: () => server.restart(),
    end: async () => {
      await proxy?.[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Reads every object with DuckDB. A partial one would be an error. */
async function idsIn(folder: string): Promise<string[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(
    `SELECT cs_id FROM read_parquet('${folder}/**/*.parquet', union_by_name = true)`,
  );
  const ids = reader.getRowsJson().map(([id]) => id as string);
  connection.closeSync();
  return ids;
}

async function download({ client, endpoint }: S3Server, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  let objects = 0;
  let after = '';
  for (;;) {
    const query = `list-type=2&start-after=${encodeURIComponent(after)}`;
    const listing = await (await client.fetch(`${endpoint}/${BUCKET}?${query}`)).text();
    const keys = [...listing.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key = '']) => key);
    for (const key of keys) {
      const path = key.split('/').map(encodeURIComponent).join('/');
      const answer = await client.fetch(`${endpoint}/${BUCKET}/${path}`);
      writeFileSync(join(folder, `${objects++}.parquet`), Buffer.from(await answer.arrayBuffer()));
    }
    after = keys.at(-1) ?? '';
    if (!listing.includes('<IsTruncated>true</IsTruncated>')) return;
  }
}
