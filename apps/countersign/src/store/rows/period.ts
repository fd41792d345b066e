/** `[from, to)`; null means unbounded. */
export type Period = { readonly from: string | null; readonly to: string | null };
