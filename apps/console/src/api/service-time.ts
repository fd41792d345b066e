import { useQuery } from '@tanstack/react-query';
import { client } from './client.ts';

/**
 * The time of the last entry of the ledger, in milliseconds. A service that follows an emulated
 * tenant has another time than this machine.
 */
export function useServiceTime(): number {
  const { data } = useQuery({
    queryKey: ['service-time'],
    queryFn: async ({ signal }) => {
      // A question about no person: with a case, others would be recorded as looks at people.
      const { asOf } = await client.page('inventory', { limit: 1 }, { signal });
      return asOf?.at ? Date.parse(asOf.at) : systemTime();
    },
  });
  return data ?? systemTime();
}

/** The clock of the browser, until the service has answered. */
function systemTime(): number {
  return performance.timeOrigin + performance.now();
}
