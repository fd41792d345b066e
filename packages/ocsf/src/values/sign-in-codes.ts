/**
 * Codes of sign-ins at which the password was right and something else was wanted: a second factor,
 * a new password, another device (contracts 5.3).
 */
export const RIGHT_PASSWORD: readonly string[] = [
  ...['50055', '50072', '50074', '50076', '50079', '50144', '50158', '500121'],
  ...['53000', '53001', '53002', '53003', '53004'],
];
