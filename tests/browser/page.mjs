// The phone page against a small shop: every control, by mouse and by keyboard, on a wide and on a small screen.
// Usage: node page.mjs [--picture FILE [--dark]]
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { startFakeShop } from "./fake-shop.mjs";
import { check, launchBrowser, openPage, phoneOf, program, startProgram } from "./support.mjs";

const amina = "254712345678";
const juma = "254733221100";
const secret = "app-secret-for-tests";

async function playPurchase(page) {
  const phone = phoneOf(page, amina);
  await phone.say("hi");
  await phone.hears("Hi Amina, welcome");
  await phone.press("Shop");
  await phone.hears("Choose a category");
  await phone.pick("Tea & coffee");
  await phone.hears("pick an item");
  await phone.pick("Kericho chai");
  await phone.hears("second flush");
  await phone.press("Add 2");
  await phone.hears("Cart: KES 500");
  await phone.say("cart");
  await phone.hears("Total: KES 500");
  await phone.status("in", "Total: KES 500", "read");
  await phone.status("out", "cart", "read");
  return phone;
}

async function testChat(browser, url) {
  const { page, context, complaints } = await openPage(browser, url);
  const phone = await playPurchase(page);
  check((await phone.bubblesOut.count()) === 6, "six bubbles of Amina's");
  check((await page.getByTestId(`shopper-${juma}`).getByTestId("bubble-in").count()) === 0, "nothing on Juma's phone");
  check((await phone.phone.locator("strong", { hasText: "Total: KES 500" }).count()) === 1, "bold text in bold");

  // Text stays text, whatever it looks like.
  const other = phoneOf(page, juma);
  const nasty = '<img src=x onerror="document.title=1"> *bold* <script>1</script>';
  await other.say(nasty);
  await other.hears('You wrote: <img src=x onerror="document.title=1">');
  check((await other.phone.locator(".chat img, .chat script").count()) === 0, "no element made of a message");
  check((await page.title()) === "Wakala sandbox: phones", "the title as it was");

  // By keyboard: open the list, leave it with Escape, open it again, choose the second row.
  await other.say("shop");
  await other.hears("Choose a category");
  const opener = other.phone.getByTestId("open-list").last();
  await opener.focus();
  await page.keyboard.press("Enter");
  await other.phone.getByTestId("sheet").waitFor();
  await page.keyboard.press("Escape");
  await other.phone.getByTestId("sheet").waitFor({ state: "detached" });
  check(await opener.evaluate((node) => node === document.activeElement), "the focus back on the opener");
  await page.keyboard.press("Enter");
  await other.phone.getByTestId("sheet").waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await other.phone.getByTestId("bubble-out").filter({ hasText: "Fruit & vegetables" }).waitFor();

  // What was said survives a reload.
  await page.reload();
  await phone.hears("Total: KES 500");
  await phone.status("in", "Total: KES 500", "read");
  check((await phone.bubblesOut.count()) === 6, "six bubbles of Amina's after a reload");
  check(complaints.length === 0, `no complaints, not ${complaints.join("; ")}`);
  await context.close();
}

async function testPanels(browser, url, shop) {
  const { page, context, complaints } = await openPage(browser, url);
  await page.getByTestId("add-shopper").click();
  await page.getByTestId("add-name").fill("Zawadi");
  await page.getByTestId("add-phone").fill("12");
  await page.getByTestId("add-save").click();
  await page.getByText("a phone number has 5 to 15 digits").waitFor();
  await page.getByTestId("add-phone").fill("+254 701 234 567");
  await page.getByTestId("add-user").fill("KE.13491208655302741918");
  await page.getByTestId("add-hide").check();
  await page.getByTestId("add-save").click();
  const zawadi = phoneOf(page, "254701234567");
  await zawadi.say("habari");
  await zawadi.hears("Habari Zawadi, karibu");
  await zawadi.status("in", "Habari Zawadi", "read");
  const hers = shop.received.flatMap((webhook) => webhook.entry[0].changes).map((change) => change.value)
    .filter((value) => value.contacts?.[0]?.user_id === "KE.13491208655302741918");
  check(hers.length > 0 && !JSON.stringify(hers).includes("254701234567"), "webhooks without her number");

  await page.getByTestId("open-chaos").click();
  await page.getByTestId("chaos-spec").fill("duplicates=1");
  await page.getByTestId("chaos-save").click();
  await page.getByText('unknown chaos key "duplicates"').waitFor();
  await page.getByTestId("chaos-spec").fill("none");
  await page.getByTestId("chaos-duplicate").fill("100");
  await page.getByTestId("chaos-save").click();
  await page.locator("#chaos-badge:visible").waitFor();
  await zawadi.say("twice");
  await zawadi.phone.getByTestId("bubble-in").filter({ hasText: "You wrote: twice" }).nth(1).waitFor();
  await page.getByTestId("open-chaos").click();
  await page.getByText("Calm").click();
  await page.getByTestId("chaos-save").click();
  await page.locator("#chaos-badge").waitFor({ state: "hidden" });

  await page.getByTestId("theme").click();
  check((await page.locator("html").getAttribute("data-theme")) === "dark", "the dark theme");
  check(complaints.length === 0, `no complaints, not ${complaints.join("; ")}`);
  await context.close();
}

/** As a shop would, through the sandbox's Daraja; the id of the prompt. */
async function prompt(url, shillings) {
  const base = `${url}_sandbox/daraja`;
  const basic = Buffer.from("key:secret").toString("base64");
  const token = await (await fetch(`${base}/oauth/v1/generate?grant_type=client_credentials`, { headers: { Authorization: `Basic ${basic}` } })).json();
  const answer = await fetch(`${base}/mpesa/stkpush/v1/processrequest`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token.access_token}` },
    body: JSON.stringify({
      BusinessShortCode: "174379", Password: Buffer.from("174379pass20261122160000").toString("base64"), Timestamp: "20261122160000",
      TransactionType: "CustomerPayBillOnline", Amount: shillings, PartyA: amina, PartyB: "174379", PhoneNumber: amina,
      CallBackURL: "http://127.0.0.1:9/callback", AccountReference: "7Q2M9", TransactionDesc: "Order 7Q2M9",
    }),
  });
  return (await answer.json()).CheckoutRequestID;
}

async function testPrompt(browser, url) {
  const { page, context, complaints } = await openPage(browser, url);
  await page.getByTestId(`shopper-${amina}`).first().waitFor();
  const code = async (id) => (await (await fetch(`${url}_sandbox/payments`)).json()).daraja.prompts.find((one) => one.id === id).code;
  const right = await prompt(url, 1250);
  const dialog = page.getByTestId("prompt");
  await dialog.waitFor();
  check((await page.getByTestId("prompt-text").textContent()).includes("KSh 1,250.00 to 174379, account 7Q2M9"), "what is asked for");
  await page.getByTestId("prompt-pin").fill("1234");
  await page.getByTestId("prompt-send").click();
  await dialog.waitFor({ state: "hidden" });
  check((await code(right)) === "0", "paid with the right PIN");
  const cancelled = await prompt(url, 1);
  await dialog.waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  check((await code(cancelled)) === "1032", "cancelled by the shopper");
  check(complaints.length === 0, `a quiet console: ${complaints}`);
  await context.close();
}

async function testSmallScreen(browser, url) {
  const { page, context, complaints } = await openPage(browser, url, { viewport: { width: 360, height: 740 }, hasTouch: true });
  const phone = phoneOf(page, amina);
  await phone.say("hello");
  await phone.hears("You wrote: hello");
  check(!(await page.getByTestId(`shopper-${juma}`).isVisible()), "one phone at a time");
  await page.getByTestId("tabs").getByText("Juma").click();
  await page.getByTestId(`shopper-${juma}`).waitFor();
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  check(overflow <= 0, `no sideways scrolling, not ${overflow} px`);
  check(complaints.length === 0, `no complaints, not ${complaints.join("; ")}`);
  await context.close();
}

async function takePicture(browser, url, file, dark) {
  const { page, context } = await openPage(browser, url, { viewport: { width: 1280, height: 880 }, deviceScaleFactor: 2, colorScheme: dark ? "dark" : "light" });
  await playPurchase(page);
  const juma_ = phoneOf(page, juma);
  await juma_.say("habari");
  await juma_.hears("Habari Juma");
  await juma_.press("Nunua");
  await juma_.hears("Chagua aina");
  await page.getByTestId("add-shopper").click();
  await page.getByTestId("add-name").fill("Zawadi");
  await page.getByTestId("add-phone").fill("254701234567");
  await page.getByTestId("add-save").click();
  const zawadi = phoneOf(page, "254701234567");
  await zawadi.say("shop");
  await zawadi.hears("Choose a category");
  await juma_.status("in", "Chagua aina", "read");
  await zawadi.status("in", "Choose a category", "read");
  await zawadi.phone.getByTestId("open-list").click();
  await zawadi.phone.getByTestId("sheet").waitFor();
  await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished)));
  mkdirSync(dirname(file), { recursive: true });
  await page.screenshot({ path: file });
  await context.close();
}

const pictureAt = process.argv.indexOf("--picture");
const shop = await startFakeShop(secret);
let sandbox;
let browser;
try {
  sandbox = await startProgram(program("wakala-sandbox"),
    ["--listen", "127.0.0.1:0", "--webhook-url", `http://127.0.0.1:${shop.port}/hook`, "--app-secret", secret, "--seed", "1",
      "--business-name", "Duka la Mama Njeri", "--display-number", "254700100200", "--log", "warn"],
    /^phone: (http:\/\/\S+)/);
  const url = sandbox.match[1];
  shop.graphUrl = url;
  browser = await launchBrowser();
  if (pictureAt > 0) {
    await takePicture(browser, url, process.argv[pictureAt + 1], process.argv.includes("--dark"));
  } else {
    await testChat(browser, url);
    await testPanels(browser, url, shop);
    await testSmallScreen(browser, url);
    await testPrompt(browser, url);
    check(shop.unsigned === 0, "every webhook signed");
    console.log("page: ok");
  }
} finally {
  await browser?.close();
  await sandbox?.stop();
  await shop.close();
}
