import { API_ROOT } from '../operations/api-route.ts';

/** Endpoints of the sign-in that answer in JSON. */
export const SIGN_IN_API_PATH: string = `${API_ROOT}/sign-in`;

/** Takes the secret of a one-time link. */
export const LINK_API_PATH: string = `${SIGN_IN_API_PATH}/link`;

/** Takes the passkeys of break-glass operators. */
export const PASSKEY_API_PATH: string = `${SIGN_IN_API_PATH}/passkey`;
