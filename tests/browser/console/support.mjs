// What the console's browser tests share: a cluster, webhooks to it, a browser that is logged in, and axe.
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { check } from "../support.mjs";

export { check, launchBrowser } from "../support.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** A cluster of three nodes with the shops `duka` (spread over all shards) and `soko`. */
export async function startWorld() {
  const child = spawn("python3", ["-B", join(here, "world.py")], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, "line").then(([line]) => line), exited.then(([code]) => Promise.reject(new Error(`the cluster ended with ${code}`)))]);
  const world = JSON.parse(first);
  return {
    ...world,
    async stop() {
      child.stdin.end();
      await exited;
    },
  };
}

/** A shopper's text as Meta posts it, to the node of that name; the message's id. */
export async function say(world, node, shopName, phone, text, unique) {
  const shop = world.shops[shopName];
  const tail = Buffer.from(Buffer.from(unique).toString("hex").toUpperCase());
  const raw = Buffer.concat([Buffer.from([0x1c, 0x18, phone.length]), Buffer.from(phone), Buffer.from([0x15, 2, 0, 0x12, 0x18, tail.length]), tail, Buffer.from([0])]);
  const id = `wamid.${raw.toString("base64")}`;
  const body = JSON.stringify({
    object: "whatsapp_business_account",
    entry: [{
      id: shop.waba,
      changes: [{
        field: "messages",
        value: {
          messaging_product: "whatsapp",
          metadata: { display_phone_number: shop.display, phone_number_id: shop.number },
          contacts: [{ profile: { name: "Amina Wanjiru" }, wa_id: phone }],
          messages: [{ from: phone, id, timestamp: String(Math.floor(Date.now() / 1000)), type: "text", text: { body: text } }],
        },
      }],
    }],
  });
  const answer = await fetch(`${world.public[node]}${shop.path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Hub-Signature-256": `sha256=${createHmac("sha256", shop.secret).update(body).digest("hex")}` },
    body,
  });
  check(answer.status === 200, `the webhook taken, not ${answer.status}`);
  return id;
}

/** The API as an operator sees it, for what a test needs to know beforehand. */
export async function ask(world, path, token = world.tokens.operator) {
  const answer = await fetch(`${world.admin.a}/v1/${path}`, { headers: { Authorization: `Bearer ${token}` } });
  check(answer.ok, `${path} to answer, not ${answer.status} ${await (answer.ok ? "" : answer.text())}`);
  return answer.json();
}

/** An action of the API, as an operator. */
export async function act(world, path, body) {
  const answer = await fetch(`${world.admin.a}/v1/${path}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${world.tokens.operator}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  check(answer.ok, `${path} to answer, not ${answer.status} ${await (answer.ok ? "" : answer.text())}`);
}

/** Asks until the answer is as wanted. */
export async function askUntil(world, path, wanted, seconds = 15) {
  for (const until = Date.now() + seconds * 1000; ; ) {
    const answer = await ask(world, path).catch((failure) => failure);
    if (!(answer instanceof Error) && wanted(answer)) return answer;
    if (Date.now() > until) throw new Error(`${path} did not become as wanted: ${answer instanceof Error ? answer.message : JSON.stringify(answer).slice(0, 600)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Refusals that a test provokes are told by the browser as errors of loading; everything else is a complaint. */
const expected = /^Failed to load resource: the server responded with a status of 4\d\d/;

/** The console in a browser context of its own. Script errors, what the policy refused and requests to others are complaints. */
export async function openConsole(browser, world, { node = "a", ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1320, height: 900 }, locale: "en-GB", colorScheme: "light", ...options });
  const page = await context.newPage();
  const complaints = [];
  const origin = world.admin[node];
  page.on("pageerror", (failure) => complaints.push(`script error: ${failure.message}`));
  page.on("console", (line) => {
    if (line.type() === "error" && !expected.test(line.text())) complaints.push(`console: ${line.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith("data:")) complaints.push(`asked ${request.url()}`);
  });
  const url = `${origin}/console/`;
  await page.goto(url);
  return {
    page,
    context,
    complaints,
    async logIn(token) {
      await page.getByTestId("token").fill(token);
      await page.getByTestId("log-in").click();
    },
    /** Goes to a view, by its address as somebody who was sent a link would. */
    go: (hash) => page.goto(url + hash),
    async close() {
      await context.close();
      check(complaints.length === 0, `no complaints, not ${complaints.join("; ")}`);
    },
  };
}

/** Axe finds nothing serious or critical, and nothing makes the page scroll sideways. */
export async function checkAccess(page, what) {
  await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined))));
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run();
    return violations.map((one) => `${one.impact} ${one.id}: ${one.nodes.slice(0, 2).map((node) => `${node.html.slice(0, 200)} (${node.failureSummary})`).join(" and ")}`);
  });
  const serious = found.filter((one) => /^(serious|critical)/.test(one));
  check(serious.length === 0, `nothing serious of axe in ${what}, not:\n${serious.join("\n")}`);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  check(overflow <= 0, `no sideways scrolling in ${what}, not ${overflow} px`);
}
