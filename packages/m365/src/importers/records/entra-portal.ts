import { tenantOfSignIn } from './graph-sign-ins.ts';
import { firstId, firstInstant, type Shape } from './shape.ts';

/** A row of the CSV that the Entra portal's sign-in and audit pages download. */
export const entraPortal: Shape = {
  name: 'entra-portal',
  recognizes: (item) =>
    item['Date (UTC)'] !== undefined &&
    (item['Request ID'] !== undefined || item['Activity'] !== undefined),
  identify: (item) => {
    const isSignIn = item['Request ID'] !== undefined;
    return {
      source: isSignIn ? 'entra.portal/signIns' : 'entra.portal/directoryAudits',
      tenant: tenantOfSignIn(item['Resource tenant ID'], item['Home tenant ID'], item['User type']),
      // Audit rows have only a correlation id, which several changes share.
      id: isSignIn ? firstId(item['Request ID']) : undefined,
      at: firstInstant(item['Date (UTC)']),
    };
  },
};
