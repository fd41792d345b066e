import { Client } from '@countersign/client';
import { fetchWithCase } from './names-case.ts';

/** The service that served this page. The session cookie proves who asks. */
export const client = new Client({ url: location.origin, attempts: 3, fetch: fetchWithCase });
