import { createContext, use } from 'react';

/** The name of each tenant that the inventory lists, by its id in lower case. */
export type TenantNames = ReadonlyMap<string, string>;

export const TenantNamesContext: React.Context<TenantNames> = createContext<TenantNames>(
  new Map<string, string>(),
);

export function useTenantNames(): TenantNames {
  return use(TenantNamesContext);
}
