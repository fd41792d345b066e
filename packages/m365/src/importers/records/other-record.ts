import { isTimeColumn } from '../files/chunks/column-names.ts';
import { firstInstant, firstTenant, type Shape } from './shape.ts';

export const OTHER = 'other/json';

/**
 * Any object with an event time. What its `id` identifies is unknown (a user, a policy?), so it
 * gets an id from its bytes: two different events must never become one.
 */
export const other: Shape = {
  name: 'other',
  recognizes: () => true,
  identify: (item) => ({
    source: OTHER,
    tenant: firstTenant(
      item['tenantId'],
      item['organizationId'],
      item['OrganizationId'],
      item['TenantId'],
    ),
    id: undefined,
    at: firstInstant(
      ...Object.keys(item)
        .filter((name) => name.length < 40 && isTimeColumn(name.trim().toLowerCase()))
        .map((name) => item[name]),
    ),
  }),
};
