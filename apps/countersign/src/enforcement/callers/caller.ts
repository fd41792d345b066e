import type { TenantId } from '@countersign/core';

/** A caller of an enforcement point, and the resources that it may ask about. */
export type Caller = {
  readonly name: string;
  readonly tenant: TenantId;
  readonly resources: readonly ResourceScope[];
};

/** Resources of one type; all of them without `ids`. */
export type ResourceScope = {
  readonly type: string;
  /** Ids, or id prefixes that end in `*`. */
  readonly ids?: readonly string[] | undefined;
};

/** Whether a caller may ask about a resource; without an id, about any resource of the type. */
export function mayAsk(
  { resources }: Pick<Caller, 'resources'>,
  resource: { readonly type: string; readonly id?: string | undefined },
): boolean {
  return resources.some(({ type, ids }) => {
    if (type !== resource.type) return false;
    const { id } = resource;
    return ids === undefined || id === undefined || ids.some((stated) => covers(stated, id));
  });
}

/** Ids that a caller's scope lists, which a search can examine in addition to the directory. */
export function statedIds({ resources }: Pick<Caller, 'resources'>, type: string): string[] {
  return resources
    .filter((scope) => scope.type === type)
    .flatMap(({ ids = [] }) => ids.filter((id) => !id.endsWith('*')));
}

function covers(stated: string, id: string): boolean {
  return stated.endsWith('*') ? id.startsWith(stated.slice(0, -1)) : id === stated;
}
