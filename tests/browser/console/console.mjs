// The web console in the distribution's Chromium, on three wakalads and PostgreSQL.
// Usage: node console.mjs [PART OF A TEST'S NAME]
import { testEveryView, testKeyboard, testTones } from "./access.mjs";
import { amina, testActions, testLive, testPassivateAndAudit, testReveal, testTenantToken, testTrace, testWrongToken } from "./journeys.mjs";
import { launchBrowser, say, startWorld } from "./support.mjs";

const tests = [testWrongToken, testTrace, testPassivateAndAudit, testReveal, testTenantToken, testLive, testEveryView, testTones, testKeyboard, testActions];
const wanted = process.argv[2] ?? "";

const world = await startWorld();
let browser;
try {
  browser = await launchBrowser();
  for (const [index, text] of ["hi", "add Chai", "CART", "HELP"].entries()) await say(world, "abc"[index % 3], "duka", amina, text, `first-${index}`);
  for (let shopper = 0; shopper < 24; shopper += 1) await say(world, "abc"[shopper % 3], "duka", `25470000${1000 + shopper}`, "add Unga", `other-${shopper}`);
  for (const test of tests.filter((one) => one.name.toLowerCase().includes(wanted.toLowerCase()))) {
    const start = Date.now();
    await test(browser, world).catch((failure) => {
      failure.message = `${test.name}: ${failure.message}`;
      throw failure;
    });
    console.log(`${test.name}: ok (${Date.now() - start} ms)`);
  }
} finally {
  await browser?.close();
  await world.stop();
}
