import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { messageOf } from '@countersign/core';
import type { CheckList } from './check.ts';

const DAY_MS = 24 * 3_600_000;

/** A renewal with approvals takes up to two weeks. */
const RENEW_BEFORE_MS: number = 14 * DAY_MS;

/** Whether the first certificate in a PEM file is valid now and for two weeks. */
export function certificateCheck(list: CheckList, path: string, nowMs: number): void {
  const what = 'certificate';
  try {
    const { validTo, validFrom } = new X509Certificate(readFileSync(path));
    const [fromMs, toMs] = [Date.parse(validFrom), Date.parse(validTo)];
    const day = new Date(toMs).toISOString().slice(0, 10);
    const cure = 'create a new one, add it in Entra or at the proxy, then replace the file';
    if (nowMs < fromMs) list.no(what, `${path} is not valid before ${validFrom}`, cure);
    else if (nowMs >= toMs) list.no(what, `${path} expired on ${day}`, cure);
    else if (toMs - nowMs < RENEW_BEFORE_MS) list.no(what, `${path} expires on ${day}`, cure);
    else list.yes(what, `${path} is valid until ${day}`);
  } catch (error) {
    list.no(what, `could not read ${path}: ${messageOf(error)}`, 'name a certificate in PEM');
  }
}
