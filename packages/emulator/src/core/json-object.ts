/** A JSON object as sent over the network. */
export type JsonObject = { readonly [member: string]: unknown };
