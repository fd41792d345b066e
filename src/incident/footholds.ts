import type { Foothold } from './foothold.ts';
import { APPLICATION_FOOTHOLDS } from './footholds-application.ts';
import { EXCHANGE_FOOTHOLDS } from './footholds-exchange.ts';
import { IDENTITY_FOOTHOLDS } from './footholds-identity.ts';
import { OTHER_FOOTHOLDS } from './footholds-other.ts';
import { TENANT_FOOTHOLDS } from './footholds-tenant.ts';

/** All 44, by number. */
export const FOOTHOLDS: readonly Foothold[] = [
  ...IDENTITY_FOOTHOLDS,
  ...APPLICATION_FOOTHOLDS,
  ...TENANT_FOOTHOLDS,
  ...EXCHANGE_FOOTHOLDS,
  ...OTHER_FOOTHOLDS,
].sort((a, b) => a.number - b.number);
