import { mkdirSync } from "node:fs";
import type { Browser, Page } from "@playwright/test";

const PICTURES = new URL("../../../build/screenshots/show/", import.meta.url).pathname;

type Frame = { caption: string; png: string; phone: boolean };

/** Pictures of one show in the order in which they were taken, each also a file. */
export class Film {
  readonly #frames: Frame[] = [];

  async take(page: Page, caption: string): Promise<void> {
    mkdirSync(PICTURES, { recursive: true });
    const name = `${String(this.#frames.length + 1).padStart(2, "0")}-${caption.replaceAll(/\W+/g, "-").toLowerCase()}`;
    if ((page.viewportSize()?.width ?? 0) > 500) await page.evaluate(() => window.scrollTo(0, 0));
    const png = await page.screenshot({ path: `${PICTURES}${name}.png` });
    const phone = (page.viewportSize()?.width ?? 0) < 500;
    this.#frames.push({ caption, png: png.toString("base64"), phone });
  }

  /** All of them on one sheet: phones beside each other, stages below. */
  async develop(browser: Browser, file: string): Promise<void> {
    const page = await browser.newPage({ viewport: { width: 1800, height: 1000 } });
    const row = (phone: boolean) =>
      this.#frames
        .map((frame, place) => ({ ...frame, place }))
        .filter((frame) => frame.phone === phone)
        .map(
          ({ caption, png, place }) =>
            `<figure><img src="data:image/png;base64,${png}"><figcaption>${place + 1}. ${caption}</figcaption></figure>`,
        )
        .join("");
    await page.setContent(`<style>
      body { margin: 0; padding: 24px; background: #e9edf2; font: 600 17px system-ui; color: #1b2733; }
      div { display: grid; gap: 20px; margin-bottom: 20px; }
      .stages { grid-template-columns: repeat(3, 1fr); } .phones { grid-template-columns: repeat(6, 1fr); }
      figure { margin: 0; } img { width: 100%; border-radius: 6px; box-shadow: 0 1px 5px #0004; display: block; }
      figcaption { padding-top: 8px; }
    </style><div class="stages">${row(false)}</div><div class="phones">${row(true)}</div>`);
    await page.screenshot({ path: file, fullPage: true });
    await page.close();
  }
}
