import { SOFT_DELETE_MS, TOKEN_LIFE_MAX_MS } from '../limits.ts';
import { type Remainder, type Trace, trace } from './foothold.ts';

/** Contracts 8.2 and 8.4: deleted objects can be restored for 30 days. */
export const RESTORABLE: Remainder = {
  code: 'restorable',
  text: 'the deleted object can be restored',
  lastsMs: SOFT_DELETE_MS,
};

/** Contracts 8.1: a token issued earlier works until it expires. */
export const TOKENS: Remainder = {
  code: 'tokens-alive',
  text: 'access tokens issued before may still work',
  lastsMs: TOKEN_LIFE_MAX_MS,
};

/** Removes or disables everything that an account holds. */
export const ACCOUNT_GONE: readonly Trace[] = [
  trace(['delete user'], 'target', { leaves: [RESTORABLE, TOKENS] }),
  trace(['hard delete user', 'disable account'], 'target', { leaves: [TOKENS] }),
];

/** Restores the account and everything that it held. */
export const ACCOUNT_BACK: Trace = trace(['enable account', 'restore user'], 'target');

/** A mailbox goes with its owner. The rules of a disabled account keep working. */
export const MAILBOX_GONE: readonly Trace[] = [
  trace(['delete user'], 'target', { leaves: [RESTORABLE] }),
  trace(['hard delete user'], 'target'),
];
