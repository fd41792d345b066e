import type { Random } from '@countersign/core';
import type { Config } from '../config/config.ts';
import { createLink, linkAddress } from '../operators/links/create-link.ts';
import { signInAddress } from '../operators/links/sign-in-address.ts';
import { OperatorState } from '../operators/operator-state.ts';

/** The operator who signs in with the first link, until the company has its own. */
const FIRST_NAME = 'first-administrator';

/**
 * A link for the first operator of a service. Undefined if an operator has signed in before, or if
 * a browser cannot reach the service safely. A link of an earlier start ends.
 *
 * It is no entry: only its use is one.
 *
 * @param listenUrl where the service listens
 */
export function createFirstLink({
  dir,
  config,
  listenUrl,
  nowMs,
  random,
}: {
  readonly dir: string;
  readonly config: Pick<Config, 'operators' | 'reach'>;
  readonly listenUrl: string;
  readonly nowMs: number;
  readonly random: Random;
}): string | undefined {
  const address = signInAddress(config, listenUrl);
  if (address === undefined) return undefined;
  using state = OperatorState.open(dir);
  if (state.operators.count() > 0) return undefined;
  state.links.end(nowMs, FIRST_NAME);
  const request = { name: FIRST_NAME, roles: ['administrator'], nowMs, random };
  const { draft, secret } = createLink(request);
  state.links.add(draft, 'countersign serve');
  return linkAddress(address, secret);
}
