/** What an overview is about: `[fromMs, toMs)`, and one tenant or all. */
export type OverviewPeriod = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly tenant: string | undefined;
};
