import { existsSync, readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { request as requestOverTls } from 'node:https';
import { messageOf, numberText, plural } from '@countersign/core';
import { LedgerReader, layout } from '@countersign/ledger/reader';
import { fetchWitnessed, parsePolicy, verifierOf } from '@countersign/tlog';
import type { Config } from '../../config/config.ts';
import { type Check, CheckList } from './check.ts';
import type { Machine } from './machine-checks.ts';

const HEALTH_MS_MAX = 5_000;

/** An answer has a reason per collector; a company has tens. */
const HEALTH_BYTES_MAX = 1024 * 1024;

/** Opens the ledger as a reader: format, keys, checkpoint, and the tiles of its edge. */
export async function ledgerChecks(dataDir: string): Promise<readonly Check[]> {
  const list = new CheckList('ledger');
  if (!existsSync(layout.manifest(dataDir)) && !existsSync(layout.checkpoint(dataDir))) {
    list.yes('ledger', `none in ${dataDir} yet: the first start creates it`);
    return list.checks;
  }
  const cure = 'run "countersign ledger fsck"; restore a backup if it finds problems';
  let size = 0;
  const isOpen = await list.attempt('ledger', cure, async () => {
    const reader = await LedgerReader.open(dataDir);
    try {
      size = reader.size;
      if (size > 0) await reader.leaf(size - 1);
      return `${plural(size, 'entry')}, ${reader.origin}; its checkpoint verifies`;
    } finally {
      reader.close();
    }
  });
  if (isOpen) await witnessChecks(list, dataDir, size);
  return list.checks;
}

async function witnessChecks(list: CheckList, dataDir: string, size: number): Promise<void> {
  const path = layout.witnessPolicy(dataDir);
  if (!existsSync(path)) {
    const cure = 'configure one: countersign ledger witness --policy FILE';
    list.unknown('witness', 'none: only a witness shows a second history of this log', cure);
    return;
  }
  const { vkeys } = JSON.parse(readFileSync(layout.manifest(dataDir), 'utf8')) as {
    readonly vkeys: readonly string[];
  };
  for (const { name, key, url } of parsePolicy(readFileSync(path)).witnesses) {
    if (url === undefined) continue;
    const what = `witness ${name}`;
    const verifier = verifierOf(key);
    const address = { url, verifier, permittedHosts: [new URL(url).hostname] };
    const seen = await fetchWitnessed(address, verifierOf(vkeys.at(-1) ?? ''));
    const cure = 'check its address and the firewall, or ask its operator';
    if (seen.kind === 'unreachable') list.no(what, seen.because, cure);
    else if (seen.kind === 'none') list.unknown(what, 'has seen nothing of this log yet', cure);
    else if (seen.checkpoint.size > size) {
      const text = `has seen ${seen.checkpoint.size} entries, and the ledger has ${size}`;
      const restored = 'the ledger was truncated or restored: docs/how-to/back-up-and-restore.md';
      list.no(what, text, restored);
    } else list.yes(what, `has seen ${numberText(seen.checkpoint.size)} entries`);
  }
}

/** The answer of a running service, or whether its addresses are free. */
export async function serviceChecks(
  { listen, enforcementPoints, tls }: Config,
  machine: Machine,
): Promise<readonly Check[]> {
  const list = new CheckList('service');
  const health = await healthAt(listen, tls === undefined ? 'http' : 'https');
  if (health === undefined) {
    const cure = 'start it: systemctl start countersign, or countersign serve';
    list.unknown('health', 'it does not run', cure);
    const ports = [listen, ...(enforcementPoints === undefined ? [] : [enforcementPoints.listen])];
    for (const address of ports) {
      const at = `${address.host}:${address.port}`;
      const busy = 'end the process that listens there, or choose another port';
      await list.attempt(`port ${address.port}`, busy, async () => {
        await machine.listen(address);
        return `${at} is free`;
      });
    }
    return list.checks;
  }
  const { kind, because = [] } = health;
  const text = because.map((reason) => reason.text).join('; ');
  const cure = 'see the log of the service';
  if (kind === 'yes') list.yes('health', 'it runs, and everything works');
  else if (kind === 'no') list.no('health', text, cure);
  else list.unknown('health', text || 'it runs and does not state its health', cure);
  return list.checks;
}

type Health = {
  readonly kind?: string;
  readonly because?: readonly { readonly text: string }[];
};

/** Undefined if no process answers there. */
async function healthAt(
  { host, port }: Config['listen'],
  protocol: 'http' | 'https',
): Promise<Health | undefined> {
  const at = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return new Promise((resolve) => {
    const options = { host: at, port, path: '/api/v1/health', timeout: HEALTH_MS_MAX };
    const take = (reply: IncomingMessage): void => {
      const chunks: Buffer[] = [];
      let size = 0;
      reply.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= HEALTH_BYTES_MAX) chunks.push(chunk);
      });
      reply.on('end', () => resolve(parse(Buffer.concat(chunks).toString('utf8'))));
    };
    // The certificate names the service, not this machine's own address, and is checked apart.
    const asked =
      protocol === 'http'
        ? request(options, take)
        : requestOverTls({ ...options, rejectUnauthorized: false }, take);
    asked.on('timeout', () => asked.destroy(new Error('no answer')));
    asked.on('error', (error) => {
      const isRefused = (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
      resolve(isRefused ? undefined : { kind: 'unknown', because: [{ text: messageOf(error) }] });
    });
    asked.end();
  });
}

function parse(text: string): Health {
  try {
    return JSON.parse(text) as Health;
  } catch {
    return { kind: 'unknown', because: [{ text: 'another program answers at its address' }] };
  }
}
