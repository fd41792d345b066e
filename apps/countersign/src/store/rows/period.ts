/** `[from, to)`; null is open. */
export type Period = { readonly from: string | null; readonly to: string | null };
