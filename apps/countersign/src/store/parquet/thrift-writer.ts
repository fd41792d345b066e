/**
 * Writes the part of the Thrift compact protocol that Parquet metadata needs. Fields of a struct
 * MUST be written in ascending order of their ids.
 */
export class ThriftWriter {
  readonly #bytes: number[] = [];
  #lastId = 0;
  readonly #outer: number[] = [];

  i32(id: number, value: number): this {
    this.#field(id, 5);
    this.#zigzag(value);
    return this;
  }

  i64(id: number, value: number): this {
    this.#field(id, 6);
    this.#zigzag(value);
    return this;
  }

  bool(id: number, value: boolean): this {
    this.#field(id, value ? 1 : 2);
    return this;
  }

  binary(id: number, value: Uint8Array | string): this {
    this.#field(id, 8);
    this.#binary(value);
    return this;
  }

  struct(id: number, write: (writer: this) => void): this {
    this.#field(id, 12);
    this.#nested(write);
    return this;
  }

  i32List(id: number, values: readonly number[]): this {
    this.#list(id, 5, values.length);
    for (const value of values) this.#zigzag(value);
    return this;
  }

  binaryList(id: number, values: readonly string[]): this {
    this.#list(id, 8, values.length);
    for (const value of values) this.#binary(value);
    return this;
  }

  structList<T>(id: number, items: readonly T[], write: (writer: this, item: T) => void): this {
    this.#list(id, 12, items.length);
    for (const item of items) this.#nested((writer) => write(writer, item));
    return this;
  }

  /** Ends the outermost struct. */
  end(): Buffer {
    this.#bytes.push(0);
    return Buffer.from(this.#bytes);
  }

  #nested(write: (writer: this) => void): void {
    this.#outer.push(this.#lastId);
    this.#lastId = 0;
    write(this);
    this.#bytes.push(0);
    this.#lastId = this.#outer.pop() as number;
  }

  #field(id: number, type: number): void {
    this.#bytes.push(((id - this.#lastId) << 4) | type);
    this.#lastId = id;
  }

  #list(id: number, type: number, length: number): void {
    this.#field(id, 9);
    if (length < 15) this.#bytes.push((length << 4) | type);
    else {
      this.#bytes.push(0xf0 | type);
      this.#varint(length);
    }
  }

  #binary(value: Uint8Array | string): void {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    this.#varint(bytes.length);
    for (const byte of bytes) this.#bytes.push(byte);
  }

  #zigzag(value: number): void {
    this.#varint(value >= 0 ? value * 2 : -value * 2 - 1);
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes.push((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes.push(rest);
  }
}
