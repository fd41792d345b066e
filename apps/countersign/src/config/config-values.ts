/** A secret never stands in the configuration: a file or a variable holds it. */
export type SecretPlace = { readonly file: string } | { readonly env: string };

export type CredentialPlace =
  | { readonly kind: 'secret'; readonly place: SecretPlace }
  /** PEM of certificate and private key; the key may lie in a file of its own. */
  | { readonly kind: 'certificate'; readonly place: SecretPlace; readonly keyFile: string | null };

export type Listen = { readonly host: string; readonly port: number };
