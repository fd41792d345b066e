export {
  type AppCredential,
  type AppRequest,
  appSignIn,
  vendorSignIn,
} from './app-flows.ts';
export { browserOf, CLIENTS, desktopOf } from './clients.ts';
export {
  deviceCodeSignIn,
  federatedSignIn,
  passkeySignIn,
  promptedSignIn,
  type Request,
  refreshSignIn,
  refused,
  ropcSignIn,
  silentSignIn,
  tokenIdOf,
  type User,
  windowsSignIn,
} from './flows.ts';
