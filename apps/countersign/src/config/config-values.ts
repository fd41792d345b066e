/** The configuration names the file or variable that holds a secret, never the secret itself. */
export type SecretPlace = { readonly file: string } | { readonly env: string };

export type CredentialPlace =
  | { readonly kind: 'secret'; readonly place: SecretPlace }
  /** PEM of certificate and private key. `keyFile` may hold the key separately. */
  | { readonly kind: 'certificate'; readonly place: SecretPlace; readonly keyFile: string | null };

export type ListenAddress = { readonly host: string; readonly port: number };
