import { useTenantNames } from '../../state/tenant-names.ts';
import { visibleText } from './visible-text.ts';

const GUID = /\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi;

/** A text with the name of each known tenant in place of its id, which shows on hover. */
export function NamedTenants({ text }: { readonly text: string }) {
  const names = useTenantNames();
  if (names.size === 0) return visibleText(text);
  const found = [...text.matchAll(GUID)].flatMap(({ 0: id, index }) => {
    const name = names.get(id.toLowerCase());
    return name === undefined ? [] : [{ id, index, name }];
  });
  if (found.length === 0) return visibleText(text);
  return (
    <>
      {found.map(({ id, index, name }, at) => {
        const before = found[at - 1];
        const from = before === undefined ? 0 : before.index + before.id.length;
        return (
          <span key={index}>
            {visibleText(text.slice(from, index))}
            <abbr title={id}>{visibleText(name)}</abbr>
          </span>
        );
      })}
      {visibleText(text.slice(lastEnd(found)))}
    </>
  );
}

/** The length of the start of a text that ends in no id, so that each id has its name. */
export function wholeIds(text: string, length: number): number {
  const cut = [...text.matchAll(GUID)].find(
    ({ 0: id, index }) => index < length && index + id.length > length,
  );
  return cut === undefined ? length : cut.index + cut[0].length;
}

/** The id of a tenant under its name, for where the id itself is evidence. */
export function TenantText({ tenant }: { readonly tenant: string }) {
  const name = useTenantNames().get(tenant.toLowerCase());
  if (name === undefined) return <bdi>{visibleText(tenant)}</bdi>;
  return (
    <>
      <bdi style={{ display: 'block' }}>{visibleText(name)}</bdi>
      <bdi style={{ overflowWrap: 'anywhere', fontSize: '12px' }}>{visibleText(tenant)}</bdi>
    </>
  );
}

function lastEnd(found: readonly { readonly id: string; readonly index: number }[]): number {
  const last = found.at(-1);
  return last === undefined ? 0 : last.index + last.id.length;
}
