/** JSON as it goes over the wire. */
export type JsonObject = { readonly [member: string]: unknown };
