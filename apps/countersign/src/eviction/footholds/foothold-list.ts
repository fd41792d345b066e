import { APPLICATION_FOOTHOLDS } from './application-footholds.ts';
import { EXCHANGE_FOOTHOLDS } from './exchange-footholds.ts';
import type { Foothold } from './foothold.ts';
import { IDENTITY_FOOTHOLDS } from './identity-footholds.ts';
import { OTHER_FOOTHOLDS } from './other-footholds.ts';
import { TENANT_FOOTHOLDS } from './tenant-footholds.ts';

/** All 44 footholds, by number. */
export const FOOTHOLDS: readonly Foothold[] = [
  ...IDENTITY_FOOTHOLDS,
  ...APPLICATION_FOOTHOLDS,
  ...TENANT_FOOTHOLDS,
  ...EXCHANGE_FOOTHOLDS,
  ...OTHER_FOOTHOLDS,
].sort((a, b) => a.number - b.number);
