import { randomUUID } from 'node:crypto';
import type { Random } from '@countersign/core';
import { LINK_MS_MAX } from '../limits.ts';
import type { LinkDraft } from '../operator-record.ts';
import { hashOf, randomSecret } from '../sessions/secret.ts';

/** The page that takes a link. Its secret is in the fragment, which browsers send to no one. */
export const LINK_PATH = '/sign-in/link';

export type LinkRequest = {
  /** Of the operator, as entries state it. Default: a name that refers to the link. */
  readonly name?: string | undefined;
  readonly roles: readonly string[];
  /** `passkey`: the operator may register a passkey for break-glass sign-ins. */
  readonly use?: LinkDraft['use'];
  readonly nowMs: number;
  readonly random: Random;
};

/** A new link: the part that is kept, and the part that only its owner gets. */
export function createLink({ name, roles, use, nowMs, random }: LinkRequest): {
  readonly draft: LinkDraft;
  readonly secret: string;
} {
  const secret = randomSecret(random);
  const id = randomUUID();
  const expiresMs = nowMs + LINK_MS_MAX;
  const hash = hashOf(secret);
  const draft = { id, hash, name: name ?? `link-${id.slice(0, 8)}`, roles, expiresMs };
  return { secret, draft: use === undefined ? draft : { ...draft, use } };
}

/** @param url where browsers reach the service */
export function linkAddress(url: string, secret: string): string {
  return `${url.replace(/\/+$/, '')}${LINK_PATH}#${secret}`;
}
