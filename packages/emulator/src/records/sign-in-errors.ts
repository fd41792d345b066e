/** The name of each failure in the unified audit log, and its reason in a sign-in row. */
type Failure = { readonly symbol: string; readonly reason: string };

const FAILURES: ReadonlyMap<number, Failure> = new Map(
  (
    [
      [50012, 'AuthenticationFailed', 'The answer does not belong to the request.'],
      [50027, 'InvalidJwtToken', 'The token is not valid.'],
      [50034, 'UserAccountNotFound', 'The user account does not exist in this directory.'],
      [50053, 'IdsLocked', 'The account is locked, too many sign-in attempts were made.'],
      [50055, 'InvalidPasswordExpiredPassword', 'The password is expired.'],
      [50056, 'InvalidPasswordMissingPassword', 'The password is missing in this directory.'],
      [50057, 'UserDisabled', 'The user account is disabled.'],
      [50058, 'UserInformationNotProvided', 'Session information is not sufficient for SSO.'],
      [50072, 'UserStrongAuthEnrollmentRequiredInterrupt', 'A second factor must be enrolled.'],
      [50074, 'UserStrongAuthClientAuthNRequiredInterrupt', 'Strong authentication is required.'],
      [50076, 'UserStrongAuthClientAuthNRequired', 'The resource asks for a second factor.'],
      [50079, 'UserStrongAuthEnrollmentRequired', 'Enrolling a second factor is required.'],
      [50089, 'FlowTokenExpired', 'The flow token is expired.'],
      [50097, 'DeviceAuthenticationRequired', 'Device authentication is required.'],
      [50105, 'EntitlementGrantsNotFound', 'The user is not assigned to the application.'],
      [50126, 'InvalidUserNameOrPassword', 'Invalid username or password.'],
      [50131, 'ConditionalAccessFailed', 'Conditional access blocked the device.'],
      [50132, 'SsoArtifactInvalidOrExpired', 'The session is not valid any more.'],
      [50133, 'SsoArtifactRevoked', 'The session ended when the password changed.'],
      [50140, 'KmsiInterrupt', 'Interrupted by the question to stay signed in.'],
      [50158, 'ExternalSecurityChallenge', 'External security challenge was not satisfied.'],
      [50159, 'ExternalSecurityChallengeWeak', 'Claims of the external provider are not enough.'],
      [50161, 'InvalidExternalSecurityChallengeConfiguration', 'The provider is not set up right.'],
      [50166, 'ExternalClaimsProviderThrottled', 'The claims provider could not be asked.'],
      [50173, 'FreshTokenNeeded', 'The grant expired due to being revoked.'],
      [50199, 'CmsiInterrupt', 'The user was asked whether the application is the one meant.'],
      [53000, 'DeviceNotCompliant', 'The device is not in a compliant state.'],
      [53003, 'BlockedByConditionalAccess', 'Access was blocked by conditional access.'],
      [65001, 'DelegationDoesNotExist', 'No user or administrator consented to the application.'],
      [65004, 'UserDeclinedConsent', 'The user declined to consent.'],
      [70016, 'AuthorizationPending', 'The user has not entered the code yet.'],
      [70043, 'BadTokenDueToSignInFrequency', 'The refresh token is older than allowed.'],
      [90094, 'AdminConsentRequired', 'An administrator has to consent.'],
      [500011, 'InvalidResourceServicePrincipalNotFound', 'The resource is not in the tenant.'],
      [500121, 'AuthenticationFailedDuringStrongAuthenticationRequest', 'The factor was denied.'],
      [700016, 'UnauthorizedClient_DoesNotMatchRequest', 'The application is not known here.'],
      [700027, 'InvalidClientAssertion', 'The signature of the assertion is not valid.'],
      [700082, 'ExpiredOrRevokedGrantInactiveToken', 'The refresh token was not used in time.'],
      [5001256, 'ExternalTokenInvalid', 'The external ID token failed verification.'],
      [7000112, 'UnauthorizedClientApplicationDisabled', 'The application is disabled.'],
      [7000215, 'InvalidClientSecret', 'Invalid client secret provided.'],
      [7000222, 'InvalidClientSecretExpiredKeysProvided', 'The client secret is expired.'],
      [900491, 'ServicePrincipalNotFound', 'The service principal is not in the tenant.'],
      [900941, 'AdminConsentRequiredDueToRiskyApp', 'Consent is blocked for a risky app.'],
    ] as const
  ).map(([code, symbol, reason]) => [code, { symbol, reason }]),
);

/** The second factor was required externally, and not shown (contracts 9). */
export function isExternal(code: number): boolean {
  return [50012, 50027, 50158, 50159, 50161, 50166, 5001256, 900491].includes(code);
}

/** The unified audit log's LogonError; undefined for success. */
export function logonError(code: number): string | undefined {
  return code === 0 ? undefined : (FAILURES.get(code)?.symbol ?? 'Unknown');
}

export function failureReason(code: number): string {
  return FAILURES.get(code)?.reason ?? 'Other.';
}

/** Interrupts: the person gets a prompt and continues. */
export function isInterrupt(code: number): boolean {
  return code === 50140 || code === 50199 || code === 50072 || code === 50074;
}
