import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { messageOf } from '@countersign/core';
import type { CheckList } from './check.ts';

const DAY_MS = 24 * 3_600_000;

/** A renewal with approvals takes up to two weeks. */
const RENEW_BEFORE_MS: number = 14 * DAY_MS;

const CURE = 'create a new one, add it in Entra or at the proxy, then replace the file';

/** Whether the first certificate in a PEM file is valid now and for two weeks. */
export function certificateCheck(list: CheckList, path: string, nowMs: number): void {
  validity(list, path, { what: 'certificate', nowMs });
}

/** The certificate of a listener, which needs its key too. */
export function listenerCertificateCheck(
  list: CheckList,
  files: { readonly certificate: string; readonly key: string },
  nowMs: number,
): void {
  const what = 'certificate of the interface';
  const certificate = validity(list, files.certificate, { what, nowMs });
  if (certificate === undefined) return;
  try {
    const key = createPrivateKey(readFileSync(files.key));
    if (certificate.checkPrivateKey(key)) list.yes(`${what}: key`, `${files.key} belongs to it`);
    else {
      const cure = 'put certificate and key of one pair there; serve does not start without';
      list.no(`${what}: key`, `${files.key} belongs to another certificate`, cure);
    }
  } catch (error) {
    const text = `could not read ${files.key}: ${messageOf(error)}`;
    list.no(`${what}: key`, text, 'name a private key in PEM, without a passphrase');
  }
}

function validity(
  list: CheckList,
  path: string,
  { what, nowMs }: { readonly what: string; readonly nowMs: number },
): X509Certificate | undefined {
  try {
    const certificate = new X509Certificate(readFileSync(path));
    const { validTo, validFrom } = certificate;
    const [fromMs, toMs] = [Date.parse(validFrom), Date.parse(validTo)];
    const day = new Date(toMs).toISOString().slice(0, 10);
    if (nowMs < fromMs) list.no(what, `${path} is not valid before ${validFrom}`, CURE);
    else if (nowMs >= toMs) list.no(what, `${path} expired on ${day}`, CURE);
    else if (toMs - nowMs < RENEW_BEFORE_MS) list.no(what, `${path} expires on ${day}`, CURE);
    else list.yes(what, `${path} is valid until ${day}`);
    return certificate;
  } catch (error) {
    list.no(what, `could not read ${path}: ${messageOf(error)}`, 'name a certificate in PEM');
    return undefined;
  }
}
