/** RFC 5424 as a receiver reads it. Written from the RFC's grammar, not from our encoder. */
export type ParsedMessage = {
  readonly facility: number;
  readonly severity: number;
  readonly timestamp: string;
  readonly hostname: string;
  readonly appName: string;
  readonly processId: string;
  readonly messageId: string;
  readonly dataId: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly message: string;
};

/** Splits octet-counted frames (RFC 5425 section 4.3) that arrive in any pieces. */
export class FrameParser {
  #pieces: Buffer[] = [];
  #restBytes = 0;
  #neededBytes = 1;

  /** @throws Error if the bytes are not frames */
  add(piece: Buffer): ParsedMessage[] {
    this.#pieces.push(piece);
    this.#restBytes += piece.length;
    if (this.#restBytes < this.#neededBytes) return [];
    let rest = Buffer.concat(this.#pieces);
    const messages: ParsedMessage[] = [];
    for (;;) {
      const space = rest.indexOf(0x20);
      const head = rest.subarray(0, space < 0 ? rest.length : space).toString('latin1');
      if (head !== '' && !/^[1-9]\d{0,9}$/.test(head)) throw new Error(`MSG-LEN is ${head}`);
      const end = space < 0 ? rest.length + 1 : space + 1 + Number(head);
      if (rest.length < end) {
        this.#pieces = [rest];
        this.#restBytes = rest.length;
        this.#neededBytes = end;
        return messages;
      }
      messages.push(parseMessage(rest.subarray(space + 1, end)));
      rest = rest.subarray(end);
    }
  }

  /** Bytes of an unfinished frame. */
  get restBytes(): number {
    return this.#restBytes;
  }
}

const TIME = '-|\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?(?:Z|[+-]\\d\\d:\\d\\d)';
const HEADER = new RegExp(
  `^<(?<priority>0|[1-9]\\d{0,2})>1 (?<timestamp>${TIME}) (?<hostname>[!-~]{1,255}) ` +
    '(?<appName>[!-~]{1,48}) (?<processId>[!-~]{1,128}) (?<messageId>[!-~]{1,32}) ',
);
const PARAMETER = /^ ([^\s=\]"]{1,32})="((?:[^"\\\]]|\\.)*)"/s;

/** @throws Error if it is not a SYSLOG-MSG with one element of structured data */
export function parseMessage(bytes: Buffer): ParsedMessage {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  const header = HEADER.exec(text);
  if (header?.groups === undefined) throw new Error(`no header: ${text.slice(0, 200)}`);
  const { priority, timestamp, hostname, appName, processId, messageId } = header.groups;
  let rest = text.slice(header[0].length);
  const [element, dataId = ''] = /^\[([^\s=\]"]{1,32})/.exec(rest) ?? [];
  if (element === undefined) throw new Error(`no structured data: ${rest.slice(0, 200)}`);
  rest = rest.slice(element.length);
  const parameters: Record<string, string> = {};
  for (let found = PARAMETER.exec(rest); found !== null; found = PARAMETER.exec(rest)) {
    const [part, name = '', value = ''] = found;
    parameters[name] = value.replace(/\\(["\\\]])/g, '$1');
    rest = rest.slice(part.length);
  }
  if (!rest.startsWith('] \uFEFF')) throw new Error(`no byte order mark: ${rest.slice(0, 200)}`);
  return {
    facility: Math.floor(Number(priority) / 8),
    severity: Number(priority) % 8,
    timestamp: timestamp ?? '',
    hostname: hostname ?? '',
    appName: appName ?? '',
    processId: processId ?? '',
    messageId: messageId ?? '',
    dataId,
    parameters,
    message: rest.slice(3),
  };
}
