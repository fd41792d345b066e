export { ExternalMethods, RETURN_PATH } from './external.ts';
export { ProviderCatalogue } from './metadata.ts';
