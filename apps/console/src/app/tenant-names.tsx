import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { client } from '../api/client.ts';
import { TenantNamesContext } from '../state/tenant-names.ts';

/** A company with many acquisitions owns hundreds of tenants. */
const TENANTS_MAX = 1000;

/** Names change with the configuration, which is rare. */
const FRESH_MS = 300_000;

/** Lets all pages show the name of a tenant instead of its id. A role may not see the inventory. */
export function TenantNamesProvider({ children }: { readonly children: ReactNode }) {
  const { data } = useQuery({
    queryKey: ['tenant-names'],
    queryFn: ({ signal }) => client.page('inventory', { limit: TENANTS_MAX }, { signal }),
    staleTime: FRESH_MS,
    retry: false,
  });
  const names = useMemo(
    () =>
      new Map(
        (data?.items ?? []).flatMap(({ tenant, name }) =>
          name === null ? [] : [[tenant.toLowerCase(), name] as const],
        ),
      ),
    [data],
  );
  return <TenantNamesContext value={names}>{children}</TenantNamesContext>;
}
