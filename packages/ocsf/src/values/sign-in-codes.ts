/**
 * Sign-in codes for a correct password with another requirement: a second factor, a new password,
 * another device.
 */
export const RIGHT_PASSWORD: readonly string[] = [
  ...['50055', '50072', '50074', '50076', '50079', '50144', '50158', '500121'],
  ...['53000', '53001', '53002', '53003', '53004'],
];
