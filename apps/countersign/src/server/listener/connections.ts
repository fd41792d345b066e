import { isIPv6, type Socket } from 'node:net';

/** A connection, and the number of its requests in progress. */
export type Connection = {
  readonly key: string;
  readonly socket: Socket;
  readonly peer: Peer;
  answering: number;
};

/** All connections of one address. */
type Peer = {
  readonly address: string;
  count: number;
  /** Connections that wait for their peer, the longest wait first. */
  readonly quiet: Set<Connection>;
};

export type ConnectionLimits = {
  readonly connectionsMax: number;
  readonly connectionsPerAddressMax: number;
};

/**
 * The connections of a server.
 *
 * If the table is full, it closes the connection that has waited longest for its peer: an idle one,
 * or a slow request. A connection with a request in progress is never closed. So idle sockets and
 * slow senders keep no other client out, even behind one proxy address.
 */
export class ConnectionTable {
  readonly #limits: ConnectionLimits;
  readonly #byKey = new Map<string, Connection>();
  readonly #peers = new Map<string, Peer>();

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** Closes the socket if there is no room for it. */
  admit(socket: Socket): 'admitted' | 'refused' {
    const { remoteAddress } = socket;
    const key = keyOf(socket);
    const address = remoteAddress === undefined ? undefined : shareOf(remoteAddress);
    if (key === undefined || address === undefined || !this.#hasRoom(address)) {
      socket.destroy();
      return 'refused';
    }
    const peer = this.#peers.get(address) ?? { address, count: 0, quiet: new Set() };
    const connection: Connection = { key, socket, peer, answering: 0 };
    peer.count += 1;
    peer.quiet.add(connection);
    this.#peers.set(address, peer);
    this.#byKey.set(key, connection);
    socket.once('close', () => this.#remove(connection));
    return 'admitted';
  }

  /** Under TLS, a request's socket is not the socket that was admitted. */
  of(socket: Socket): Connection | undefined {
    return this.#byKey.get(keyOf(socket) ?? '');
  }

  /** A request has begun to arrive, so the connection's wait starts again. */
  touch(connection: Connection): void {
    if (connection.peer.quiet.delete(connection)) connection.peer.quiet.add(connection);
  }

  /** Marks that a request is in progress: the server has to act. */
  begin(connection: Connection): void {
    connection.answering += 1;
    connection.peer.quiet.delete(connection);
  }

  /** Marks that the reply is out: the peer has to act. */
  end(connection: Connection): void {
    connection.answering -= 1;
    const isOpen = this.#byKey.get(connection.key) === connection;
    if (connection.answering === 0 && isOpen) connection.peer.quiet.add(connection);
  }

  closeQuiet(): void {
    for (const { quiet } of this.#peers.values()) for (const each of quiet) this.#close(each);
  }

  #hasRoom(address: string): boolean {
    const { connectionsMax, connectionsPerAddressMax } = this.#limits;
    const own = this.#peers.get(address);
    if (own !== undefined && own.count >= connectionsPerAddressMax && !this.#evict(own)) {
      return false;
    }
    return this.#byKey.size < connectionsMax || this.#evict(this.#heaviest(own));
  }

  #evict(peer: Peer | undefined): boolean {
    const [oldest] = peer?.quiet ?? [];
    if (oldest === undefined) return false;
    this.#close(oldest);
    return true;
  }

  /** No address loses a connection to one that has at least as many. */
  #heaviest(own: Peer | undefined): Peer | undefined {
    let heaviest = own;
    for (const peer of this.#peers.values()) {
      if (peer.quiet.size > 0 && peer.count > (heaviest?.count ?? 0)) heaviest = peer;
    }
    return heaviest;
  }

  /** Frees the slot at once, before the operating system closes the socket. */
  #close(connection: Connection): void {
    this.#remove(connection);
    connection.socket.destroy();
  }

  #remove(connection: Connection): void {
    const { key, peer } = connection;
    if (this.#byKey.get(key) !== connection) return;
    this.#byKey.delete(key);
    peer.quiet.delete(connection);
    peer.count -= 1;
    if (peer.count === 0) this.#peers.delete(peer.address);
  }
}

function keyOf({ remoteAddress, remotePort }: Socket): string | undefined {
  return remoteAddress === undefined ? undefined : `${remoteAddress} ${remotePort}`;
}

/** One IPv6 client usually has 2^64 addresses, so a /64 network counts as one. */
export function shareOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=[\d.]+$)/i, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.toLowerCase().replace(/%.*$/, '').split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return `${groups.slice(0, 4).join(':')}::/64`;
}
