// A shopper buys at the demo shop through the phone page, all of it real: wakalad, webhooks, Graph API, browser.
// PHONE_URL: a page that runs already; else scripts/run is started.  Usage: node chat.mjs [--picture FILE [--dark]]
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { check, launchBrowser, openPage, phoneOf, root, startProgram } from "./support.mjs";

// The demo shop keeps its customers between runs: somebody new has an empty cart.
const newcomer = `2547${String(Date.now()).slice(-8)}`;
const juma = "254733221100";
const pictureAt = process.argv.indexOf("--picture");
const dark = process.argv.includes("--dark");

/** Waits for one more bubble from the business than there were, which holds this text. */
async function answerTo(phone, act, text) {
  const before = await phone.bubblesIn.count();
  await act();
  await phone.bubblesIn.nth(before).waitFor();
  await phone.bubblesIn.filter({ hasText: text }).last().waitFor();
}

/** hi → Shop → category → product → add 2 → cart. */
async function buyTwo(phone, name) {
  await answerTo(phone, () => phone.say("hi"), `Hi ${name}, welcome`);
  await answerTo(phone, () => phone.press("Shop"), "Choose a category");
  await answerTo(phone, () => phone.pick("Flour & grains"), "pick an item");
  await answerTo(phone, () => phone.pick("Unga wa dola 2kg"), "KES 250");
  await answerTo(phone, () => phone.press("Add 2"), "KES 500");
  await answerTo(phone, () => phone.say("cart"), "Total: KES 500");
}

let running;
let browser;
try {
  let url = process.env.PHONE_URL;
  if (!url) {
    running = await startProgram(join(root, "scripts/run"), ["--port", "0", "--no-install", "--no-build"], /phone:\s+(http:\/\/\S+)/, 120_000);
    url = running.match[1];
  }
  if (!url.endsWith("/")) url += "/";
  browser = await launchBrowser();
  const look = pictureAt > 0
    ? { viewport: { width: 1280, height: 880 }, deviceScaleFactor: 2, colorScheme: dark ? "dark" : "light" }
    : {};
  const { page, complaints } = await openPage(browser, url, look);
  if (pictureAt > 0) await page.getByTestId("shopper-254712345678").getByRole("button", { name: /^Close/ }).click();
  await page.getByTestId("add-shopper").click();
  await page.getByTestId("add-name").fill("Zawadi");
  await page.getByTestId("add-phone").fill(newcomer);
  await page.getByTestId("add-save").click();
  const phone = phoneOf(page, newcomer);
  await buyTwo(phone, "Zawadi");
  const total = phone.bubblesIn.filter({ hasText: "Total: KES 500" });
  // Two ticks: the business was told that it was delivered, then that it was read.
  await phone.status("in", "Total: KES 500", "read");
  check(await total.locator(".ticks .second").isVisible(), "the second tick");
  check(complaints.length === 0, `no complaints, not ${complaints.join("; ")}`);
  if (pictureAt > 0) {
    const file = process.argv[pictureAt + 1];
    const second = phoneOf(page, juma);
    await answerTo(second, () => second.say("lugha"), "");
    await answerTo(second, () => second.say("hi"), "");
    await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished)));
    mkdirSync(dirname(file), { recursive: true });
    await page.screenshot({ path: file });
  }
  console.log("chat: ok");
} finally {
  await browser?.close();
  await running?.stop();
}
