import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { layout } from '@countersign/ledger/reader';
import type { SecretStore } from './ssf-ports.ts';

/** Push headers of receivers, each in a file that only the owner can read. */
export function secretFiles(dir: string): SecretStore {
  const folder = join(layout.keys(dir), 'receivers');
  const known = new Map<string, string | undefined>();
  return {
    get: (streamId) => {
      if (!known.has(streamId)) known.set(streamId, read(fileOf(folder, streamId)));
      return known.get(streamId);
    },
    set: (streamId, secret) => {
      known.set(streamId, secret);
      const file = fileOf(folder, streamId);
      if (secret === undefined) {
        rmSync(file, { force: true });
        return;
      }
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(file, secret, { mode: 0o600, flush: true });
    },
  };
}

/** Stream ids are ours. An id from a forged record must not become a path. */
function fileOf(folder: string, streamId: string): string {
  return join(folder, `${streamId.replaceAll(/[^0-9a-f-]/g, '_')}.header`);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
