// Pictures of the web console on a cluster where shoppers are busy.  Usage: node pictures.mjs FOLDER
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { conversationOf } from "./journeys.mjs";
import { ask, check, launchBrowser, openConsole, say, startWorld } from "./support.mjs";

const shopper = "254712345678";
const texts = ["hi", "add Chai", "add Unga", "CART", "HELP", "add Sukari"];

/** Shoppers of both shops who write without pause, over all nodes; `stop` waits for the last of them. */
function keepBusy(world) {
  let on = true;
  let said = 0;
  const one = async (number) => {
    while (on) {
      said += 1;
      const phone = `2547${String(10_000_000 + ((said * 37 + number) % 160)).padStart(8, "0")}`;
      await say(world, "abc"[said % 3], said % 7 === 0 ? "soko" : "duka", phone, texts[said % texts.length], `busy-${said}`).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 20 + (said % 5) * 25));
    }
  };
  const all = [0, 1, 2].map(one);
  return async () => {
    on = false;
    await Promise.all(all);
  };
}

const folder = process.argv[2];
check(folder !== undefined, "a folder");
mkdirSync(folder, { recursive: true });
const world = await startWorld();
let browser;
try {
  browser = await launchBrowser();
  const stop = keepBusy(world);
  for (const [index, text] of texts.entries()) await say(world, "abc"[index % 3], "duka", shopper, text, `picture-${index}`);
  const actor = await conversationOf(world, shopper);
  const { actor: facts } = await ask(world, `actors/${encodeURIComponent(actor)}`);
  const consoles = [];
  for (const colorScheme of ["light", "dark"]) {
    const opened = await openConsole(browser, world, { colorScheme, viewport: { width: 1320, height: 860 } });
    await opened.logIn(world.tokens.personal);
    consoles.push([colorScheme === "dark" ? "-dark" : "", opened]);
  }
  // The charts need something to show.
  await new Promise((resolve) => setTimeout(resolve, 75_000));
  // The nodes remember the last messages only: this one is as fresh as can be.
  const wamid = await say(world, Object.keys(world.public).find((name) => name !== facts.node), "duka", shopper, "CART", "picture-trace");
  const shots = [
    ["trace", `#/trace/${encodeURIComponent(wamid)}?tenant=duka`, "waterfall"],
    ["overview", "#/overview", "tiles"],
    ["map", "#/map", "map"],
    ["conversation", `#/actors/${encodeURIComponent(actor)}`, "transcript"],
  ];
  for (const [tail, { page, go }] of consoles) {
    for (const [name, hash, shown] of shots) {
      await go(hash);
      await page.getByTestId(shown).first().waitFor();
      if (name === "conversation") {
        await page.getByTestId("reveal").click();
        await page.getByTestId("reason").fill("A picture for the documentation");
        await page.getByTestId("do").click();
        await page.getByTestId("message-in").getByText("HELP").first().waitFor();
      }
      await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined))));
      await page.screenshot({ path: join(folder, `console-${name}${tail}.png`) });
    }
  }
  await stop();
  for (const [, opened] of consoles) await opened.close();
} finally {
  await browser?.close();
  await world.stop();
}
