import { SOFT_DELETE_MS, TOKEN_LIFE_MAX_MS } from '../limits.ts';
import { type Remainder, type Trace, trace } from './foothold.ts';

/** Contracts 8.2 and 8.4: what is deleted can be restored for 30 days. */
export const RESTORABLE: Remainder = {
  code: 'restorable',
  text: 'the deleted object can be restored',
  lastsMs: SOFT_DELETE_MS,
};

/** Contracts 8.1: a token that was issued before works until it expires. */
export const TOKENS: Remainder = {
  code: 'tokens-alive',
  text: 'access tokens issued before may still work',
  lastsMs: TOKEN_LIFE_MAX_MS,
};

/** Whatever an account holds goes with it, and is of no use while it is disabled. */
export const ACCOUNT_GONE: readonly Trace[] = [
  trace(['delete user'], 'target', { leaves: [RESTORABLE, TOKENS] }),
  trace(['hard delete user', 'disable account'], 'target', { leaves: [TOKENS] }),
];

/** Brings back the account, and all that it held. */
export const ACCOUNT_BACK: Trace = trace(['enable account', 'restore user'], 'target');

/** A mailbox goes with its owner; a disabled account's rules go on working. */
export const MAILBOX_GONE: readonly Trace[] = [
  trace(['delete user'], 'target', { leaves: [RESTORABLE] }),
  trace(['hard delete user'], 'target'),
];
