import type { Page } from 'playwright-core';

/** Two colors of a picture, as `#rrggbb`, and the contrast between them (WCAG 2.2, 1 to 21). */
export type Contrast = {
  readonly background: string;
  readonly mark: string;
  readonly ratio: number;
};

type Box = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
};

/**
 * Measures colors as they are on the screen. Computed styles do not tell what forced colors make of
 * them. A blank page decodes the pictures.
 */
export class PixelContrast {
  readonly #page: Page;
  readonly #decoder: Page;

  private constructor(page: Page, decoder: Page) {
    this.#page = page;
    this.#decoder = decoder;
  }

  static async of(page: Page): Promise<PixelContrast> {
    return new PixelContrast(page, await page.context().newPage());
  }

  /** For each area of the screen: its most frequent color, and the one most unlike it. */
  async inside(boxes: readonly Box[]): Promise<readonly Contrast[]> {
    return this.#measure([await this.picture()], boxes);
  }

  /** The pixel of an area that changes most between two pictures of the screen. */
  async between(before: string, after: string, box: Box): Promise<Contrast | undefined> {
    return (await this.#measure([before, after], [box]))[0];
  }

  async picture(): Promise<string> {
    const picture = await this.#page.screenshot({ animations: 'disabled', caret: 'hide' });
    return picture.toString('base64');
  }

  async #measure(pictures: readonly string[], boxes: readonly Box[]): Promise<Contrast[]> {
    const input = `${JSON.stringify(pictures)}, ${JSON.stringify(boxes)}`;
    return (await this.#decoder.evaluate(`(${MEASURE})(${input})`)) as Contrast[];
  }
}

/** Evaluated in the blank page. */
const MEASURE = `async (pictures, boxes) => {
  const screens = await Promise.all(pictures.map(async (picture) => {
    const blob = await (await fetch('data:image/png;base64,' + picture)).blob();
    const bitmap = await createImageBitmap(blob);
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    context.drawImage(bitmap, 0, 0);
    return context;
  }));
  const luminance = (color) => [16, 8, 0].map((shift) => {
    const share = ((color >> shift) & 255) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }).reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
  const ratio = (a, b) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const text = (color) => '#' + color.toString(16).padStart(6, '0');
  return boxes.map(({ x, y, width, height }) => {
    const [first, second] = screens.map((context) => {
      const { data } = context.getImageData(
        Math.floor(x), Math.floor(y), Math.ceil(width), Math.ceil(height));
      return Array.from({ length: data.length / 4 }, (_, at) =>
        (data[at * 4] << 16) | (data[at * 4 + 1] << 8) | data[at * 4 + 2]);
    });
    const counts = new Map();
    for (const color of first) counts.set(color, (counts.get(color) ?? 0) + 1);
    const [common] = [...counts].sort(([, a], [, b]) => b - a)[0];
    const pairs = second === undefined
      ? [...counts.keys()].map((color) => [common, color])
      : first.map((color, at) => [color, second[at]]).filter(([a, b]) => a !== b);
    return pairs
      .map(([a, b]) => ({ background: text(a), mark: text(b), ratio: ratio(a, b) }))
      .reduce((best, each) => (each.ratio > best.ratio ? each : best),
        { background: text(common), mark: text(common), ratio: 1 });
  });
}`;
